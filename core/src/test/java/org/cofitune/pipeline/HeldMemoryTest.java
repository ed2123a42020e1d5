package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What estimate says of weights that are quantised, streamed, and of state on the host. */
final class HeldMemoryTest {
  private static final long CARD_24 = 24_000_000_000L;

  private static final long CARD_141 = 141_000_000_000L;

  /** Context of CUDA, libraries, and gaps between blocks. */
  private static final long RESERVE = 1_500_000_000L;

  private static final int TINY = 32;
  private static final long TINY_LAYER = 2L * TINY * TINY + 2L * TINY * 16 + 3L * TINY * 2 * TINY;
  private static final long TINY_UP = 2L * TINY * TINY;

  @TempDir Path folder;

  @Test
  void quantisedMatricesTakeTheBitsOfTheirType() {
    Path model = TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
    MemoryEstimate stored = memory(model, "2:up_proj");
    MemoryEstimate nf4 = memory(model, "2:up_proj", "frozen_dtype=nf4");

    long matrices = 4 * TINY_LAYER - TINY_UP;
    long saved = 2 * matrices - matrices / 64 * (32 + 4) + 2 * TINY_UP;
    assertThat(stored.weightBytes() - nf4.weightBytes()).isEqualTo(saved);
    assertThat(nf4.hostBytes()).isZero();
    assertThat(nf4.stateBytes()).isEqualTo(stored.stateBytes());
  }

  @Test
  void twoLayersAreOnTheDeviceWhileTheyAreStreamed() {
    Path model = TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
    MemoryEstimate stored = memory(model, "2:up_proj");
    MemoryEstimate streamed = memory(model, "2:up_proj", "offload=frozen");

    long matrices = 2 * (4 * TINY_LAYER - TINY_UP);
    assertThat(streamed.hostBytes()).isEqualTo(matrices);
    assertThat(stored.weightBytes() - streamed.weightBytes())
        .isEqualTo(matrices + 2 * TINY_UP - 2 * 2 * TINY_LAYER);
  }

  @Test
  void aProcessHoldsItsShareAndTwoLayersWhileTheyAreGathered() {
    Path model = TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
    MemoryEstimate stored = memory(4, model, "2:up_proj");
    MemoryEstimate sharded = memory(4, model, "2:up_proj", "shard_frozen=true");

    long matrices = 2 * (4 * TINY_LAYER - TINY_UP);
    assertThat(stored.weightBytes() - sharded.weightBytes())
        .isEqualTo(matrices - matrices / 4 + 2 * TINY_UP - 2 * 2 * TINY_LAYER);
    assertThat(sharded.hostBytes()).isZero();
    assertThat(memory(1, model, "2:up_proj", "shard_frozen=true"))
        .isEqualTo(memory(1, model, "2:up_proj"));
  }

  @Test
  void aShareMayWaitOnTheHost() {
    Path model = TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
    MemoryEstimate streamed = memory(4, model, "2:up_proj", "offload=frozen");
    MemoryEstimate both = memory(4, model, "2:up_proj", "offload=frozen", "shard_frozen=true");

    assertThat(both.hostBytes()).isEqualTo(streamed.hostBytes() / 4);
    assertThat(both.weightBytes() - streamed.weightBytes()).isEqualTo(2 * TINY_LAYER / 4);
  }

  @Test
  void aProcessHasTheMomentsOfTheTensorsThatItMoves() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));

    assertThat(memory(1, model, "1-2:up_proj").stateBytes()).isEqualTo(2 * TINY_UP * 16);
    assertThat(memory(2, model, "1-2:up_proj").stateBytes()).isEqualTo(2 * TINY_UP * 12);
    assertThat(memory(8, model, "1-2:up_proj").stateBytes())
        .isEqualTo(2 * TINY_UP * 8 + TINY_UP * 8); // a tensor is moved by one
  }

  @Test
  void momentsOnTheHostAreHalfOfTheStateButForTheTensorThatMoves() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    MemoryEstimate here = memory(model, "1-2:up_proj");
    MemoryEstimate there = memory(model, "1-2:up_proj", "offload=optimizer");

    assertThat(there.stateBytes()).isEqualTo(2 * TINY_UP * 8 + TINY_UP * 8);
    assertThat(there.hostBytes()).isEqualTo(2 * TINY_UP * 8);
    assertThat(there.weightBytes()).isEqualTo(here.weightBytes());
  }

  @Test
  void inputsOfRecomputedLayersMoveToTheHost() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    MemoryEstimate here = memory(model, "1-2:up_proj");
    MemoryEstimate there = memory(model, "1-2:up_proj", "offload=activations");

    long inputs = 3L * 128 * TINY * 4;
    assertThat(there.hostBytes()).isEqualTo(inputs);
    assertThat(here.activationBytes() - there.activationBytes()).isEqualTo(inputs);
  }

  /** What is trained is a tenth: 22.6 GB with moments, 11.3 GB without. */
  @Test
  void aRegionOf13BFitsACardOf24GB() throws IOException {
    Path model = SparseModel.of13B(folder.resolve("13b"));
    String region = "25%-50%:up_proj,down_proj";

    assertThat(memory(model, region).totalBytes()).isGreaterThan(48_000_000_000L);
    assertThat(memory(model, region, "frozen_dtype=nf4").totalBytes()).isGreaterThan(CARD_24);
    assertThat(memory(model, region, "frozen_dtype=nf4", "offload=optimizer").totalBytes())
        .isLessThan(CARD_24 - RESERVE);
    assertThat(memory(model, region, "offload=[frozen,optimizer]").totalBytes())
        .isLessThan(CARD_24 - RESERVE);
    assertThat(memory(model, region, "frozen_dtype=nf4", "offload=[frozen,optimizer]").totalBytes())
        .isLessThan(17_000_000_000L);
  }

  /** Moments are spread over processes in any case. */
  @Test
  void aRegionOf13BIsSpreadOverEightCards() throws IOException {
    Path model = SparseModel.of13B(folder.resolve("13b"));
    String region = "25%-50%:up_proj,down_proj";

    assertThat(gigabytes(model, region)).isEqualTo(39.5);
    assertThat(gigabytes(model, region, "shard_frozen=true")).isEqualTo(20.4);
    assertThat(gigabytes(model, region, "shard_frozen=true", "frozen_dtype=nf4")).isEqualTo(17.9);
  }

  private static double gigabytes(Path model, String region, String... settings) {
    return Math.round(memory(8, model, region, settings).totalBytes() / 1e8) / 10.0;
  }

  @Test
  void aRegionOf33BFitsACardOf141GB() throws IOException {
    Path model = SparseModel.of33B(folder.resolve("33b"));
    String region = "25%-50%:up_proj,down_proj";

    assertThat(memory(model, region, "frozen_dtype=nf4").totalBytes())
        .isLessThan(CARD_141 - RESERVE);
    assertThat(memory(model, region, "offload=frozen").totalBytes()).isLessThan(CARD_141 - RESERVE);
  }

  private static MemoryEstimate memory(Path model, String region, String... settings) {
    return memory(1, model, region, settings);
  }

  private static MemoryEstimate memory(
      int processes, Path model, String region, String... settings) {
    Recipe recipe =
        Recipe.ofDefaults()
            .withOption("model_name_or_path", model, "--model")
            .with("region=" + region)
            .with("gradient_checkpointing=true")
            .with("per_device_train_batch_size=1")
            .with("cutoff_len=" + (model.endsWith("model") ? 128 : 512));
    for (String setting : settings) {
      recipe = recipe.with(setting);
    }
    return Estimate.of(recipe, processes).memory();
  }
}
