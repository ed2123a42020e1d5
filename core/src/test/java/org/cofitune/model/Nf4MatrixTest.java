package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class Nf4MatrixTest {
  private static final int BLOCK = 64;

  @BeforeAll
  static void startEngine() {
    Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
  }

  /**
   * QLoRA, appendix E: eight quantiles of the normal distribution above zero, seven below, evenly
   * spaced between 1/2 and 0.9677083, over the largest, and zero.
   */
  private static double[] valuesOfThePaper() {
    double offset = 0.9677083;
    double[] values = new double[16];
    double largest = quantile(offset);
    for (int i = 0; i < 8; i++) {
      values[15 - i] = quantile(offset + (0.5 - offset) * i / 8) / largest;
    }
    for (int i = 0; i < 7; i++) {
      values[i] = -quantile(offset + (0.5 - offset) * i / 7) / largest;
    }
    values[7] = 0;
    return values;
  }

  /** Where the normal distribution reaches a probability above one half: by halving. */
  private static double quantile(double probability) {
    double low = 0;
    double high = 10;
    for (int i = 0; i < 80; i++) {
      double middle = (low + high) / 2;
      if (0.5 + density(middle) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The probability between 0 and x: the series of its integral. */
  private static double density(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= -x * x / (2 * n);
      sum += term / (2 * n + 1);
    }
    return sum / Math.sqrt(2 * Math.PI);
  }

  @Test
  void theSixteenValuesAreThoseOfThePaper() {
    double[] expected = valuesOfThePaper();
    float[] numbers = new float[BLOCK];
    for (int i = 0; i < 16; i++) {
      numbers[i] = (float) expected[i];
    }

    double[] back = through(numbers, 1, BLOCK);

    for (int i = 0; i < 16; i++) {
      assertThat(back[i]).isCloseTo(expected[i], within(2e-6));
    }
  }

  /** Two blocks: the second has another scale, and ends with what the matrix does not fill. */
  @Test
  void everyNumberBecomesTheNearestValueOfItsBlock() {
    double[] values = valuesOfThePaper();
    int rows = 5;
    int columns = 23;
    float[] numbers = QuantisedNumbers.gaussian(new Random(3), rows * columns);

    double[] back = through(numbers, rows, columns);

    assertThat(back).hasSameSizeAs(numbers);
    for (int i = 0; i < numbers.length; i++) {
      double scale = QuantisedNumbers.largest(numbers, i / BLOCK * BLOCK, BLOCK);
      double share = numbers[i] / scale;
      double nearest =
          Arrays.stream(values).map(v -> Math.abs(v - share)).min().orElseThrow() * scale;
      assertThat(Math.abs(back[i] - numbers[i])).isCloseTo(nearest, within(1e-6 * scale));
      assertThat(Math.abs(back[i] - numbers[i])).isLessThan(0.1520 * scale);
    }
  }

  /** By hand: 4 is 1, -4 is -1, 1.35 / 4 = 0.3375 is next to 0.3379, zeros stay zeros. */
  @Test
  void twoCodesShareAByteTheEarlierInTheHighHalf() {
    float[] numbers = new float[BLOCK];
    numbers[0] = 4;
    numbers[1] = -4;
    numbers[2] = 1.35f;
    try (PointerScope scope = new PointerScope();
        Nf4Matrix matrix = Nf4Matrix.of(HostTensors.ofFloats(numbers, 8, 8))) {
      assertThat(HostTensors.toDoubles(matrix.scales())).containsExactly(4);
      assertThat(HostTensors.toLongs(matrix.codes()))
          .hasSize(32)
          .startsWith(0xF0, 0xB7, 0x77, 0x77);
      assertThat(HostTensors.toDoubles(matrix.forUse(matrix.parts(), ScalarType.Float)))
          .startsWith(4, -4, 4 * 0.33791524f, 0);
    }
  }

  @Test
  void aBlockOfZerosStaysZero() {
    assertThat(through(new float[BLOCK], 2, BLOCK / 2)).containsOnly(0);
  }

  @Test
  void bytesAreThoseThatTheTypeSays() {
    float[] numbers = QuantisedNumbers.gaussian(new Random(3), 5 * 23);
    try (PointerScope scope = new PointerScope();
        Nf4Matrix matrix = Nf4Matrix.of(HostTensors.ofFloats(numbers, 5, 23))) {
      long bytes = matrix.codes().numel() + matrix.scales().numel() * Float.BYTES;

      assertThat(FrozenDtype.NF4.bytes(java.util.List.of(5L, 23L), 0)).isEqualTo(bytes);
    }
  }

  private static double[] through(float[] numbers, int rows, int columns) {
    try (PointerScope scope = new PointerScope();
        Nf4Matrix matrix = Nf4Matrix.of(HostTensors.ofFloats(numbers, rows, columns))) {
      return HostTensors.toDoubles(matrix.forUse(matrix.parts(), ScalarType.Float));
    }
  }
}
