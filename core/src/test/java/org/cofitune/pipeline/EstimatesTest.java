package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.cofitune.model.AttentionConfig;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.model.RopeScaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EstimatesTest {
  private static final MemoryEstimate.Batch ONE = new MemoryEstimate.Batch(1, 1);
  private static final int LAYERS = 4;
  private static final int HIDDEN = 8;
  private static final int INTERMEDIATE = 20;
  private static final int VOCABULARY = 100;

  private static final ModelConfig CONFIG =
      new ModelConfig(
          "llama",
          VOCABULARY,
          HIDDEN,
          INTERMEDIATE,
          LAYERS,
          new AttentionConfig(2, 1, 4, false, false, false, 0, 0),
          false,
          1e-5,
          1e4,
          new RopeScaling.None(),
          128,
          false);

  /** Multiplications of one token in one layer: q and o, k and v, three of the network. */
  private static final double LAYER =
      2.0 * HIDDEN * HIDDEN + 2.0 * HIDDEN * 4 + 3.0 * HIDDEN * INTERMEDIATE;

  /**
   * The part of them behind the attention, which the last layer does for supervised tokens only.
   */
  private static final double BEHIND_ATTENTION =
      1.0 * HIDDEN * HIDDEN + 3.0 * HIDDEN * INTERMEDIATE;

  @Test
  void aFullStepCostsThreeForwardPasses() {
    WorkEstimate work = WorkEstimate.of(CONFIG, region("all"), false);

    assertThat(work.perToken()).isEqualTo(3 * 2 * (LAYERS * LAYER - BEHIND_ATTENTION));
    assertThat(work.perSupervisedToken())
        .isEqualTo(3 * 2.0 * (VOCABULARY * HIDDEN + BEHIND_ATTENTION));
  }

  @Test
  void layersBelowTheRegionCostTheForwardPassOnly() {
    WorkEstimate work = WorkEstimate.of(CONFIG, region("50%-75%:up_proj"), false);

    double forward = 2 * LAYERS * LAYER;
    double backward = 2 * (LAYER + HIDDEN * INTERMEDIATE); // below, that of down_proj's input alone
    double weightGradient = 2.0 * HIDDEN * INTERMEDIATE;
    assertThat(work.perToken())
        .isEqualTo(forward + backward + weightGradient - 2 * 2 * BEHIND_ATTENTION);
    assertThat(work.perTokenBelow()).isEqualTo(2 * 2 * LAYER);
    assertThat(work.operations(10, 1))
        .isEqualTo(10 * work.perToken() + 2 * 2.0 * (VOCABULARY * HIDDEN + BEHIND_ATTENTION));
  }

  @Test
  void inTheLowestLayerGradientsEndAtTheFirstTrainedParameter() {
    double down = perToken("50%-75%:down_proj");
    double gate = perToken("50%-75%:gate_proj");
    double out = perToken("50%-75%:o_proj");
    double query = perToken("50%-75%:q_proj");

    double inner = 2.0 * HIDDEN * INTERMEDIATE;
    double square = 2.0 * HIDDEN * HIDDEN;
    assertThat(gate - down).isEqualTo(inner); // the input of down_proj
    assertThat(out + inner - square - gate).isEqualTo(2 * inner); // and of gate_proj, up_proj
    assertThat(query - out).isEqualTo(square); // and of o_proj
  }

  private static double perToken(String region) {
    return WorkEstimate.of(CONFIG, region(region), false).perToken();
  }

  @Test
  void stateIsSixteenBytesForEachTrainedParameter() {
    assertThat(memory("1:up_proj", false, 1).stateBytes()).isEqualTo(16L * HIDDEN * INTERMEDIATE);
  }

  @Test
  void activationsGrowWithTokensAndWithLayersAboveTheRegionsLowest() {
    long top = memory("3:ffn", false, 10).activationBytes();

    assertThat(memory("3:ffn", false, 20).activationBytes()).isEqualTo(2 * top);
    assertThat(memory("0:ffn", false, 10).activationBytes()).isGreaterThan(2 * top);
  }

  @Test
  void behindTheLastAttentionOnlySupervisedTokensLeaveAnything() {
    MemoryEstimate.Batch few = new MemoryEstimate.Batch(10, 2);

    long all = memory("3:ffn", false, 10).activationBytes();
    long some =
        MemoryEstimate.of(CONFIG, region("3:ffn"), 1000, true, false, few).activationBytes();

    // Inputs of norm and up_proj, three times the intermediate size, the input of down_proj, and
    // what passes through at once.
    assertThat(all - some)
        .isEqualTo((10 - 2) * 4L * (2 * HIDDEN + 4 * INTERMEDIATE + 3 * INTERMEDIATE));
  }

  @ParameterizedTest
  @CsvSource({"99, 0", "100, 1", "899, 8", "900, 9", "100000000, 150"})
  void theLargestBatchThatFitsIsFound(long room, int rows) {
    Estimate.Fit fit =
        Estimate.Fit.of(
            batch -> new MemoryEstimate(0, 0, 100L * batch, 0, 0, 0), 8, 150, (1L << 30) + room);

    assertThat(fit.batch()).isEqualTo(rows);
  }

  @Test
  void recomputingKeepsLess() {
    assertThat(memory("all", true, 10).activationBytes())
        .isLessThan(memory("all", false, 10).activationBytes() / 2);
  }

  @Test
  void frozenNarrowWeightsAboveTheRegionAreWidenedForTheWayBack() {
    MemoryEstimate narrow = MemoryEstimate.of(CONFIG, region("3:all"), 1000, false, false, ONE);

    assertThat(narrow.widenedBytes()).isZero();
    assertThat(MemoryEstimate.of(CONFIG, region("2:all"), 1000, false, false, ONE).widenedBytes())
        .isEqualTo((long) (4 * (LAYER + 2 * HIDDEN)));
    assertThat(memory("2:all", false, 1).widenedBytes()).isZero();
  }

  private static MemoryEstimate memory(String region, boolean recompute, long tokens) {
    return MemoryEstimate.of(
        CONFIG, region(region), 1000, true, recompute, new MemoryEstimate.Batch(tokens, tokens));
  }

  private static Region region(String text) {
    return RegionParser.parse(text, LAYERS);
  }
}
