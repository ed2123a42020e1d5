package org.cofitune.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeededDropoutTest {
  private Device device;

  @BeforeEach
  void start() {
    device = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1)).device();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.003, 0.1, 0.5, 0.9})
  void numbersAreDroppedAsOftenAsAskedForAndTheMeanStaysOne(double probability) {
    double[] mask = feedForward(dropout(probability, 7, 0), 0, 0, 0, 1000, 200);
    double droppedShare = Arrays.stream(mask).filter(x -> x == 0).count() / (double) mask.length;
    double fourSigma = 4 * Math.sqrt(probability * (1 - probability) / mask.length);
    assertThat(droppedShare).isCloseTo(probability, within(fourSigma));
    assertThat(Arrays.stream(mask).filter(x -> x != 0).distinct())
        .containsExactly(1 / (1 - probability));
  }

  @Test
  void theFirstAndTheLastNumberAreDroppedAsOftenAsOthers() {
    int first = 0;
    int last = 0;
    int rows = 2000;
    for (int row = 0; row < rows; row++) {
      double[] mask = feedForward(dropout(0.2, 11, row), 0, 0, 0, 1, 5);
      first += mask[0] == 0 ? 1 : 0;
      last += mask[4] == 0 ? 1 : 0;
    }
    double fourSigma = 4 * Math.sqrt(0.2 * 0.8 / rows);
    assertThat(first / (double) rows).isCloseTo(0.2, within(fourSigma));
    assertThat(last / (double) rows).isCloseTo(0.2, within(fourSigma));
  }

  @Test
  void theSamePlaceIsAlwaysMaskedTheSameWay() {
    assertThat(feedForward(dropout(0.1, 3, 5), 1, 2, 0, 9, 8))
        .containsExactly(feedForward(dropout(0.1, 3, 5), 1, 2, 0, 9, 8));
  }

  @Test
  void aRowIsMaskedTheSameWayWhereverItStandsInABatch() {
    assertThat(feedForward(dropout(0.1, 3, 4), 0, 0, 2, 9, 8))
        .containsExactly(feedForward(dropout(0.1, 3, 6), 0, 0, 0, 9, 8));
  }

  @Test
  void passesLayersRowsSeedsAndKindsAreMaskedIndependently() {
    double[] one = feedForward(dropout(0.3, 3, 0), 0, 0, 0, 40, 40);
    assertThat(one).isNotEqualTo(feedForward(dropout(0.3, 3, 0), 1, 0, 0, 40, 40));
    assertThat(one).isNotEqualTo(feedForward(dropout(0.3, 3, 0), 0, 1, 0, 40, 40));
    assertThat(one).isNotEqualTo(feedForward(dropout(0.3, 3, 1), 0, 0, 0, 40, 40));
    assertThat(one).isNotEqualTo(feedForward(dropout(0.3, 4, 0), 0, 0, 0, 40, 40));
    try (PointerScope scope = new PointerScope()) {
      assertThat(one)
          .isNotEqualTo(HostTensors.toDoubles(dropout(0.3, 3, 0).attention(0, 0, 0, 1L, 40L, 40L)));
    }
  }

  private SeededDropout dropout(double probability, long seed, long firstRow) {
    return new SeededDropout(probability, seed, firstRow, device, ScalarType.Double);
  }

  private static double[] feedForward(
      SeededDropout dropout, int pass, int layer, int sequence, long length, long size) {
    try (PointerScope scope = new PointerScope()) {
      return HostTensors.toDoubles(dropout.feedForward(pass, layer, sequence, length, size));
    }
  }
}
