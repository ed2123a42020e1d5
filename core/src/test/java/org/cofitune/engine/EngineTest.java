package org.cofitune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class EngineTest {

  @Test
  void mklIsChosenWhereItIsOnTheClassPathAndTheReasonIsGiven() {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu"));

    assertThat(engine.blas().name()).isEqualTo("mkl");
    assertThat(engine.blas().reason()).isNotBlank();
    assertThat(Engine.libtorchVersion()).contains("2.10.0");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theMatrixLibraryThatIsNamedIsTheOneThatComputes() throws IOException {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu"));
    try (PointerScope scope = new PointerScope()) {
      Tensor a = torch.rand(64, 64);
      assertThat(torch.mm(a, a).size(0)).isEqualTo(64);
    }
    boolean mklIsLoaded =
        Files.readAllLines(Path.of("/proc/self/maps")).stream()
            .anyMatch(line -> line.contains("libmkl_core"));
    assertThat(engine.blas().name()).isEqualTo(mklIsLoaded ? "mkl" : "openblas");
  }

  @Test
  void anAbsentGpuIsRefusedByName() {
    assertThatThrownBy(() -> Engine.start(EngineOptions.defaults().withDevice("cuda:63")))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("cuda:63");
  }

  @Test
  void anUnknownDeviceIsRefusedBeforeAnythingLoads() {
    assertThatThrownBy(() -> EngineOptions.defaults().withDevice("tpu"))
        .hasMessageContaining("tpu")
        .hasMessageContaining("auto, cpu, cuda");
  }

  @Test
  void onceLoadedNoLibraryIsLoadedOrLinkedAgain() {
    Engine.start(EngineOptions.defaults().withDevice("cpu"));

    assertThat(Loader.load(Tensor.class)).isNull();
  }

  @Test
  void theSameSeedDrawsTheSameNumbers() {
    EngineOptions options = EngineOptions.defaults().withDevice("cpu").withSeed(7);
    try (PointerScope scope = new PointerScope()) {
      Engine.start(options);
      float[] first = HostTensors.toFloats(torch.rand(5));
      Engine.start(options);
      assertThat(HostTensors.toFloats(torch.rand(5))).isEqualTo(first);
    }
  }

  @Test
  void aRestoredRandomStateDrawsOn() {
    Engine.start(EngineOptions.defaults().withDevice("cpu"));
    try (PointerScope scope = new PointerScope()) {
      byte[] state = RandomState.capture();
      float[] drawn = HostTensors.toFloats(torch.rand(5));
      torch.rand(100);
      RandomState.restore(state);
      assertThat(HostTensors.toFloats(torch.rand(5))).isEqualTo(drawn);
    }
  }

  @Test
  void aBoxedOperatorReachesWhatThePresetsDoNotExpose() {
    Engine.start(EngineOptions.defaults().withDevice("cpu"));
    try (PointerScope scope = new PointerScope()) {
      Tensor a = HostTensors.ofFloats(new float[] {1, 2});
      Tensor b = HostTensors.ofFloats(new float[] {10, 20});
      BoxedOperator.find("aten::_foreach_add_", "List")
          .call(
              BoxedOperator.tensors(List.of(a)),
              BoxedOperator.tensors(List.of(b)),
              new IValue(new org.bytedeco.pytorch.Scalar(1.0)));
      assertThat(HostTensors.toFloats(a)).containsExactly(11, 22);
    }
  }

  @Test
  void arraysComeBackAsTheyWent() {
    Engine.start(EngineOptions.defaults().withDevice("cpu"));
    try (PointerScope scope = new PointerScope()) {
      assertThat(HostTensors.toLongs(HostTensors.ofIds(new int[] {5, 0, -100})))
          .containsExactly(5, 0, -100);
      assertThat(HostTensors.toDoubles(HostTensors.ofDoubles(new double[0]))).isEmpty();
      Tensor transposed = HostTensors.ofFloats(new float[] {1, 2, 3, 4}, 2, 2).t();
      assertThat(HostTensors.toFloats(transposed)).containsExactly(1, 3, 2, 4);
    }
  }

  @Test
  void memoryOfTheProcessIsKnownOnLinux() {
    if (System.getProperty("os.name").startsWith("Linux")) {
      ProcessMemory memory = ProcessMemory.now();
      assertThat(memory.resident()).isPositive();
      assertThat(memory.peak()).isGreaterThanOrEqualTo(memory.resident());
    }
  }
}
