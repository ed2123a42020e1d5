package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.cofitune.engine.CopyStream;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which layers are copied when, with the CPU as the device. */
final class LayerStreamTest {
  private static final int LAYERS = 4;
  private static final List<Integer> STEP = List.of(0, 1, 2, 3, 2, 1);

  private final List<Integer> begun = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void startEngine() {
    Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
  }

  @Test
  void everyLayerIsWhatItIsWhateverTheOrder() {
    try (CopyStream copies = CopyStream.to(new Device(DeviceType.CPU));
        LayerStream stream = new LayerStream(layers(), copies)) {
      for (int layer : List.of(3, 0, 0, 2, 1, 3, 3, 1, 0)) {
        assertThat(valueOf(stream, layer)).isEqualTo(layer);
      }
    }
  }

  @Test
  void theNextLayerIsOnItsWayBeforeItIsAskedFor() {
    try (CopyStream copies = CopyStream.to(new Device(DeviceType.CPU));
        LayerStream stream = new LayerStream(layers(), copies)) {
      valueOf(stream, 0);
      assertThat(begun).containsExactly(0, 1);

      valueOf(stream, 1);
      assertThat(begun).containsExactly(0, 1, 2);
    }
  }

  /** Up and down again: after the first time no layer is copied that is not used. */
  @Test
  void aPassThatWasSeenIsForeseen() {
    try (CopyStream copies = CopyStream.to(new Device(DeviceType.CPU));
        LayerStream stream = new LayerStream(layers(), copies)) {
      STEP.forEach(layer -> valueOf(stream, layer));
      STEP.forEach(layer -> valueOf(stream, layer));
      begun.clear();

      STEP.forEach(layer -> valueOf(stream, layer));

      assertThat(begun).containsExactly(1, 2, 3, 2, 1, 0); // the first was begun before
    }
  }

  @Test
  void aMatrixUsedTwiceInARowIsCopiedOnce() {
    try (CopyStream copies = CopyStream.to(new Device(DeviceType.CPU));
        LayerStream stream = new LayerStream(layers(), copies)) {
      valueOf(stream, 2);
      begun.clear();

      assertThat(valueOf(stream, 2)).isEqualTo(2);
      assertThat(begun).isEmpty();
    }
  }

  private static double valueOf(LayerStream stream, int layer) {
    try (PointerScope scope = new PointerScope()) {
      return stream.parts(layer, "weight").get(0).item_double();
    }
  }

  /** Each holds one number, its own. */
  private List<Map<String, FrozenMatrix>> layers() {
    List<Map<String, FrozenMatrix>> layers = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      layers.add(Map.of("weight", matrix(layer)));
    }
    return layers;
  }

  private FrozenMatrix matrix(int layer) {
    return new StoredMatrix(() -> asked(layer), () -> {});
  }

  private Tensor asked(int layer) {
    begun.add(layer);
    return HostTensors.ofFloats(new float[] {layer});
  }
}
