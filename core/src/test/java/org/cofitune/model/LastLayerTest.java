package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.junit.jupiter.api.Test;

class LastLayerTest {
  private static final int[] OFFSETS = {0, 5, 12, 20};

  @Test
  void statesAtSomePositionsAreTheRowsOfAllStates() {
    GoldenModel golden =
        GoldenModel.open(Path.of("src/test/resources/golden/f_mistral_swa"), Precision.FLOAT64);
    try (Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters);
        PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor embedded = decoder.embed(HostTensors.ofIds(IntStream.range(3, 23).toArray()));
      double[] before = HostTensors.toDoubles(embedded);
      Tensor positions = HostTensors.ofIds(new int[] {2, 4, 5, 18});
      for (int from : new int[] {0, decoder.layers()}) {
        ForwardPass pass = decoder.packed(OFFSETS);
        Tensor all = decoder.layers(from, decoder.layers(), embedded, pass);
        double[] wanted = HostTensors.toDoubles(all.index_select(0, positions));
        double[] found = HostTensors.toDoubles(decoder.layersAt(positions, from, embedded, pass));
        golden.assertAgrees("from layer " + from, wanted, found);
      }
      assertThat(HostTensors.toDoubles(embedded)).as("the input").isEqualTo(before);
    }
  }
}
