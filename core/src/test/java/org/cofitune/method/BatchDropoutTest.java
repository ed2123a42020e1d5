package org.cofitune.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.data.PackedBatch;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Projection;
import org.cofitune.model.adapter.AdaptedModule;
import org.cofitune.train.TinyTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BatchDropoutTest {
  private static final double PROBABILITY = 0.25;
  private static final int COLUMNS = 500;
  private static final List<TokenizedExample> ROWS = TinyTraining.rows(3, 5);
  private static final AdaptedModule QUERY = new AdaptedModule(1, Projection.Q_PROJ);
  private static final AdaptedModule KEY = new AdaptedModule(1, Projection.K_PROJ);
  private static final AdaptedModule LOWER = new AdaptedModule(0, Projection.Q_PROJ);

  @TempDir Path folder;

  @Test
  void aQuarterIsDroppedAndTheRestScaledUp() {
    double[] mask = mask(42, 0, 0, ROWS, QUERY);

    assertThat(mask).containsOnly(0, (float) (1 / 0.75));
    double kept = Arrays.stream(mask).filter(x -> x > 0).count() / (double) mask.length;
    assertThat(kept).isCloseTo(0.75, within(0.02));
  }

  @Test
  void seedStepRowLayerAndProjectionDecideWhatIsDropped() {
    double[] mask = mask(42, 3, 0, ROWS, QUERY);

    assertThat(mask(42, 3, 0, ROWS, QUERY)).isEqualTo(mask);
    assertThat(mask(43, 3, 0, ROWS, QUERY)).isNotEqualTo(mask);
    assertThat(mask(42, 4, 0, ROWS, QUERY)).isNotEqualTo(mask);
    assertThat(mask(42, 3, 1, ROWS, QUERY)).isNotEqualTo(mask);
    assertThat(mask(42, 3, 0, ROWS, KEY)).isNotEqualTo(mask);
    assertThat(mask(42, 3, 0, ROWS, LOWER)).isNotEqualTo(mask);
  }

  @Test
  void aRowHasTheSameMaskInWhateverMicroBatchItIs() {
    double[] together = mask(42, 3, 0, ROWS, QUERY);
    double[] last = mask(42, 3, 2, ROWS.subList(2, 3), QUERY);

    assertThat(Arrays.copyOfRange(together, together.length - last.length, together.length))
        .isEqualTo(last);
  }

  private double[] mask(
      long seed, long step, int firstRow, List<TokenizedExample> rows, AdaptedModule module) {
    return TinyTraining.in(folder)
        .open(
            TinyTraining.ARGUMENTS,
            task -> {
              BatchDropout dropout =
                  new BatchDropout(PROBABILITY, seed, task.decoder().parameters());
              PackedBatch batch = PackedBatch.pack(rows);
              try (PointerScope scope = new PointerScope()) {
                Tensor ones =
                    torch.ones(new long[] {batch.tokens(), COLUMNS}, torch.dtype(ScalarType.Float));
                dropout.beginBatch(step, firstRow, batch);
                double[] mask = HostTensors.toDoubles(dropout.drop(module, ones));
                dropout.endBatch();
                assertThat(HostTensors.toDoubles(dropout.drop(module, ones))).containsOnly(1);
                return mask;
              }
            });
  }
}
