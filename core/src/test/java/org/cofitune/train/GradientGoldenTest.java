package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.model.GoldenBatch;
import org.cofitune.model.GoldenFolders;
import org.cofitune.model.GoldenModel;
import org.cofitune.model.Parameters;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses and gradients against PyTorch's numbers. */
class GradientGoldenTest {

  static Stream<Arguments> cases() {
    return GoldenFolders.all()
        .flatMap(
            model ->
                Stream.of(Precision.FLOAT64, Precision.FLOAT32)
                    .flatMap(
                        precision ->
                            Arrays.stream(ActivationMemory.values())
                                .map(memory -> Arguments.of(model, precision, memory))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGradientOfTheWholeModelAgrees(
      Path model, Precision precision, ActivationMemory memory) {
    try (GoldenModel golden = GoldenModel.open(model, precision)) {
      for (String supervised : List.of("labels", "labels_response")) {
        String kind = supervised.equals("labels") ? "sft" : "response";
        assertGradients(golden, "all", memory, supervised, kind);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientsOfARegionAreThoseOfTheWholeModel(
      Path model, Precision precision, ActivationMemory memory) {
    try (GoldenModel golden = GoldenModel.open(model, precision)) {
      assertGradients(golden, "1-2:up_proj,down_proj", memory, "labels", "sft");
      assertGradients(golden, "0:q_proj,k_proj,v_proj", memory, "labels", "sft");
      assertGradients(golden, "2:all", memory, "labels", "sft");
    }
  }

  private static void assertGradients(
      GoldenModel golden, String regionText, ActivationMemory memory, String labels, String kind) {
    Region region = RegionParser.parse(regionText, golden.config().numHiddenLayers());
    try (PointerScope scope = new PointerScope();
        Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters)) {
      Collection<String> trained = region.parameters(golden.config()).keySet();
      parameters.train(trained);
      PackedBatch batch = packed(golden.batch(0, labels));
      GradientPass pass =
          new GradientPass(decoder, new CrossEntropy(), region.lowestLayer(), memory);

      double scale = 1.0 / batch.supervisedTokens();
      double loss = pass.accumulate(batch, scale) * scale;

      golden.assertAgrees("loss." + kind, new double[] {loss});
      for (String name : parameters.names()) {
        Tensor gradient = new Tensor(parameters.held(name).grad());
        if (trained.contains(name)) {
          golden.assertAgrees("grad." + kind + "." + name, HostTensors.toDoubles(gradient));
        } else {
          assertThat(gradient.defined()).as("gradient of frozen " + name).isFalse();
        }
      }
      golden.assertAgrees("loss." + kind, new double[] {pass.evaluate(batch) * scale});
    }
  }

  static PackedBatch packed(GoldenBatch batch) {
    long[] labels = batch.packed(batch.labels());
    int[] ids = Arrays.stream(batch.packed(batch.ids())).mapToInt(Math::toIntExact).toArray();
    int[] offsets = batch.offsets();
    int[] positions =
        IntStream.range(0, ids.length - 1)
            .filter(i -> Arrays.binarySearch(offsets, i + 1) < 0 && labels[i + 1] >= 0)
            .toArray();
    int[] targets = Arrays.stream(positions).map(i -> Math.toIntExact(labels[i + 1])).toArray();
    return new PackedBatch(ids, offsets, positions, targets);
  }
}
