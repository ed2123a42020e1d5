package org.cofitune.model;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The forward pass against PyTorch's numbers. */
class DecoderGoldenTest {

  static Stream<Arguments> modelsAndPrecisions() {
    return GoldenFolders.all()
        .flatMap(
            model ->
                Stream.of(Precision.FLOAT64, Precision.FLOAT32)
                    .map(precision -> Arguments.of(model, precision)));
  }

  @ParameterizedTest
  @MethodSource("modelsAndPrecisions")
  void hiddenStatesAndLogitsOfAPackedBatchAgree(Path model, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(model, precision);
        Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters);
        NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      GoldenBatch batch = golden.batch(0, "labels");
      int hiddenSize = golden.config().hiddenSize();

      ForwardPass pass = decoder.packed(batch.offsets());
      Tensor hidden = decoder.embed(HostTensors.ofLongs(batch.packed(batch.ids())));
      for (int layer = 0; layer < decoder.layers(); layer++) {
        assertPacked(golden, batch, "hidden." + layer, hidden, hiddenSize);
        hidden = decoder.layer(layer, hidden, pass);
      }
      assertPacked(golden, batch, "hidden." + decoder.layers(), hidden, hiddenSize);
      Tensor normed = decoder.finalNorm(hidden);
      assertPacked(golden, batch, "hidden." + (decoder.layers() + 1), normed, hiddenSize);
      assertPacked(golden, batch, "logits", decoder.logits(normed), golden.config().vocabSize());
    }
  }

  @ParameterizedTest
  @MethodSource("modelsAndPrecisions")
  void logitsOfARowAloneAgree(Path model, Precision precision) {
    try (GoldenModel golden = GoldenModel.open(model, precision);
        Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters);
        NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      GoldenBatch batch = golden.batch(0, "labels");
      for (int row = 0; row < batch.lengths().length; row++) {
        golden.assertAgrees("logits.alone." + row, logits(decoder, batch.row(row)));
      }
    }
  }

  @Test
  void bfloat16WeightsAreWidenedAndComputedInTheAskedPrecision() {
    try (GoldenModel golden =
            GoldenModel.open(
                Shared.of("golden/b_llama3_gqa"), "model_bf16.safetensors", Precision.FLOAT64);
        Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters);
        NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      GoldenBatch batch = golden.batch(0, "labels");
      ForwardPass pass = decoder.packed(batch.offsets());
      Tensor hidden = decoder.embed(HostTensors.ofLongs(batch.packed(batch.ids())));
      hidden = decoder.layers(0, decoder.layers(), hidden, pass);
      Tensor logits = decoder.logits(decoder.finalNorm(hidden));
      assertPacked(golden, batch, "logits.bf16_weights", logits, golden.config().vocabSize());
    }
  }

  private static double[] logits(Decoder decoder, long[] ids) {
    ForwardPass pass = decoder.packed(new int[] {0, ids.length});
    Tensor hidden = decoder.embed(HostTensors.ofLongs(ids));
    hidden = decoder.layers(0, decoder.layers(), hidden, pass);
    return HostTensors.toDoubles(decoder.logits(decoder.finalNorm(hidden)));
  }

  private static void assertPacked(
      GoldenModel golden, GoldenBatch batch, String name, Tensor actual, int size) {
    golden.assertAgrees(
        name, batch.packed(golden.expected(name), size), HostTensors.toDoubles(actual));
  }
}
