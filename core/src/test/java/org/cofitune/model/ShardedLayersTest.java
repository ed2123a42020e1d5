package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.engine.ranks.RanksInThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who holds which bytes of frozen layers, and in which order they are gathered. */
final class ShardedLayersTest {
  private static final int ROWS = 33;
  private static final int COLUMNS = 7;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(FrozenDtype.class)
  void whatIsGatheredIsWhatWasHeld(FrozenDtype dtype) {
    List<Boolean> same =
        RanksInThreads.run(
            folder,
            3,
            group -> {
              try (ShardedLayers shared = layers(group, dtype);
                  PointerScope scope = new PointerScope()) {
                LayerPass pass = shared.begin(List.of(0, 1, 0));
                boolean equal = true;
                for (int layer : new int[] {0, 1, 0}) {
                  for (String name : List.of("up", "down")) {
                    equal &=
                        torch.equal(
                            shared.forUse(layer, name, ScalarType.Float),
                            whole(layer, name, dtype));
                  }
                }
                pass.end();
                return equal;
              }
            });

    assertThat(same).containsExactly(true, true, true);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void everyProcessHoldsAnEqualShare(int processes) {
    List<Long> bytes =
        RanksInThreads.run(
            folder,
            processes,
            group -> {
              try (ShardedLayers shared = layers(group, FrozenDtype.INT8)) {
                return shared.bytes();
              }
            });

    long numbers = 2L * ROWS * COLUMNS; // of a layer, with a scale for each row
    long layer = numbers + 2L * ROWS * Float.BYTES;
    long padding = 64L * (4 + 1); // of each part, and of the share
    assertThat(bytes).containsOnly(bytes.get(0)).hasSize(processes);
    assertThat(bytes.get(0))
        .isBetween(2 * layer / processes, 2 * (layer + padding) / processes + 2 * 64);
  }

  @Test
  void aLayerIsAskedForInItsTurnOnly() {
    List<String> told =
        RanksInThreads.run(
            folder,
            2,
            group -> {
              try (ShardedLayers shared = layers(group, FrozenDtype.STORED)) {
                assertThatThrownBy(() -> shared.forUse(0, "up", ScalarType.Float))
                    .hasMessage("layer 0 is asked for where none is next");
                LayerPass pass = shared.begin(List.of(0, 0, 1));
                pass.arrive(0);
                pass.arrive(0);
                assertThatThrownBy(pass::end).hasMessage("layer 1 was left out");
                assertThatThrownBy(() -> shared.begin(List.of(0)))
                    .hasMessage("a pass is under way, before layer 1");
                pass.arrive(1);
                assertThatThrownBy(() -> pass.arrive(0))
                    .hasMessage("layer 0 is asked for where none is next");
                pass.end();
                return "all of it";
              }
            });

    assertThat(told).containsExactly("all of it", "all of it");
  }

  /** One asks for the matrices, the other only takes part. */
  @Test
  void whoHasNothingToComputeTakesPart() {
    List<Double> seen =
        RanksInThreads.run(
            folder,
            2,
            group -> {
              try (ShardedLayers shared = layers(group, FrozenDtype.STORED);
                  PointerScope scope = new PointerScope()) {
                LayerPass pass = shared.begin(List.of(0, 1));
                double sum = 0;
                for (int layer = 0; layer < 2; layer++) {
                  if (group.isFirst()) {
                    sum += shared.forUse(layer, "up", ScalarType.Double).sum().item_double();
                  } else {
                    pass.arrive(layer);
                  }
                }
                pass.end();
                return sum;
              }
            });

    assertThat(seen).containsExactly(sum(0) + sum(1), 0.0);
  }

  private static ShardedLayers layers(ProcessGroup group, FrozenDtype dtype) {
    ShardedLayers shared = new ShardedLayers(group, new Device(DeviceType.CPU), false);
    for (int layer = 0; layer < 2; layer++) {
      Map<String, FrozenMatrix> whole = new LinkedHashMap<>();
      whole.put("up", matrix(layer, "up", dtype));
      whole.put("down", matrix(layer, "down", dtype));
      shared.add(layer, whole);
      whole.values().forEach(FrozenMatrix::close);
    }
    return shared;
  }

  private static Tensor whole(int layer, String name, FrozenDtype dtype) {
    FrozenMatrix matrix = matrix(layer, name, dtype);
    return matrix.forUse(matrix.parts(), ScalarType.Float);
  }

  private static FrozenMatrix matrix(int layer, String name, FrozenDtype dtype) {
    return switch (dtype) {
      case STORED -> new StoredMatrix(() -> values(layer, name), () -> {});
      case INT8 -> Int8Matrix.of(values(layer, name));
      case NF4 -> Nf4Matrix.of(values(layer, name));
    };
  }

  private static Tensor values(int layer, String name) {
    float[] values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(layer, name, i);
    }
    return HostTensors.ofFloats(values).view(ROWS, COLUMNS);
  }

  private static float value(int layer, String name, int i) {
    return (i * 37 + 11 * layer) % 101 - (name.equals("up") ? 50 : 30);
  }

  private static double sum(int layer) {
    return IntStream.range(0, ROWS * COLUMNS).mapToDouble(i -> value(layer, "up", i)).sum();
  }
}
