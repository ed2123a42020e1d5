package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.model.GoldenModel;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrefixCacheTest {
  private static final String TRAINED = "model.layers.1.mlp.up_proj.weight";

  @TempDir Path folder;

  private GoldenModel golden;
  private Parameters parameters;
  private Decoder decoder;
  private PackedBatch batch;

  @BeforeEach
  void openModel() {
    golden =
        GoldenModel.open(Path.of("src/test/resources/golden/f_mistral_swa"), Precision.FLOAT64);
    parameters = golden.parameters();
    decoder = new Decoder(golden.config(), parameters);
    batch = GradientGoldenTest.packed(golden.batch(0, "labels"));
    Region region = RegionParser.parse("1-2:up_proj", decoder.layers());
    parameters.train(region.parameters(golden.config()).keySet());
  }

  @AfterEach
  void closeModel() {
    decoder.close();
    parameters.close();
    golden.close();
  }

  @Test
  void cachedGradientsAgreeWithUncachedOnesInTheFirstAndInLaterEpochs() {
    double[] uncached = gradient(FrozenPrefix.computed(decoder));
    try (PrefixCache cache = new PrefixCache(decoder, 1, CacheStorage.defaults())) {
      golden.assertAgrees("first epoch", uncached, gradient(cache));
      assertThat(cache.hitTokens()).isZero();
      golden.assertAgrees("second epoch", uncached, gradient(cache));
      assertThat(cache.hitTokens()).isEqualTo(cache.missedTokens()).isEqualTo(batch.tokens());
    }
  }

  @Test
  void aSequenceHasTheSameBitsWhateverBatchItWasFirstMetIn() {
    double[] inBatch;
    double[] alone;
    try (PointerScope scope = new PointerScope();
        PrefixCache cache = new PrefixCache(decoder, 1, CacheStorage.defaults())) {
      Tensor all = cache.below(1, batch, decoder.packed(batch.offsets()));
      inBatch = HostTensors.toDoubles(all.narrow(0, batch.offsets()[1], batch.length(1)));
    }
    try (PointerScope scope = new PointerScope();
        PrefixCache cache = new PrefixCache(decoder, 1, CacheStorage.defaults())) {
      PackedBatch second = onlySequence(1);
      alone = HostTensors.toDoubles(cache.below(1, second, decoder.packed(second.offsets())));
    }
    assertThat(alone).isEqualTo(inBatch);
  }

  @Test
  void rowsBeyondTheMemoryBudgetLieInFilesThatAreNotLeftBehind() throws IOException {
    double[] uncached = gradient(FrozenPrefix.computed(decoder));
    try (PrefixCache cache = new PrefixCache(decoder, 1, new CacheStorage(0, folder))) {
      golden.assertAgrees("spilled", uncached, gradient(cache));
      golden.assertAgrees("spilled", uncached, gradient(cache));
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).isEmpty();
      }
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() {
    Path absent = folder.resolve("absent");
    try (PrefixCache cache = new PrefixCache(decoder, 1, new CacheStorage(0, absent))) {
      assertThatThrownBy(() -> gradient(cache)).hasMessageContaining(absent.toString());
    }
  }

  @Test
  void aCacheServesHigherLayersToo() {
    try (PointerScope scope = new PointerScope();
        PrefixCache cache = new PrefixCache(decoder, 1, CacheStorage.defaults())) {
      double[] direct =
          HostTensors.toDoubles(
              FrozenPrefix.computed(decoder).below(2, batch, decoder.packed(batch.offsets())));
      golden.assertAgrees(
          "layer 2",
          direct,
          HostTensors.toDoubles(cache.below(2, batch, decoder.packed(batch.offsets()))));
    }
  }

  private double[] gradient(FrozenPrefix prefix) {
    try (PointerScope scope = new PointerScope()) {
      new GradientPass(decoder, new CrossEntropy(), 1, ActivationMemory.KEEP, prefix)
          .accumulate(batch, 1.0);
      Tensor master = parameters.held(TRAINED);
      double[] values = HostTensors.toDoubles(new Tensor(master.grad()));
      master.mutable_grad().reset();
      parameters.held("model.layers.2.mlp.up_proj.weight").mutable_grad().reset();
      return values;
    }
  }

  private PackedBatch onlySequence(int s) {
    int[] ids =
        java.util.Arrays.copyOfRange(batch.ids(), batch.offsets()[s], batch.offsets()[s + 1]);
    return new PackedBatch(ids, new int[] {0, ids.length}, new int[] {0}, new int[] {ids[1]});
  }
}
