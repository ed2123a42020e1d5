package org.cofitune.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.CopyStream;
import org.jspecify.annotations.Nullable;

/**
 * Brings the matrices of one layer after the other from the host to the device. Whoever asks for a
 * matrix gets it, whatever the order; what makes it fast is that the layer expected next is copied
 * meanwhile. Expected is what came after the same move the last time, else the next in the
 * direction of the move: after one pass up and down, every layer is there when it is asked for.
 *
 * <p>Two layers are on the device at most, but for what a backward pass still refers to. Not
 * thread-safe. {@link #close} frees what is on the device.
 */
final class LayerStream implements AutoCloseable {
  private final List<Map<String, FrozenMatrix>> layers;
  private final CopyStream copies;
  private final Map<Move, Integer> followers = new HashMap<>();
  private Move last = new Move(-1, -1);
  private Map<String, List<Tensor>> present = Map.of();
  private @Nullable Coming coming;

  /** From one layer to another. */
  private record Move(int from, int to) {}

  /** A layer on its way. */
  private record Coming(int layer, List<String> names, CopyStream.Copies parts) {}

  /**
   * A stream.
   *
   * @param layers the matrices of each layer by name, of which some may have none
   * @param copies brings them; closed by whoever made it
   */
  LayerStream(List<Map<String, FrozenMatrix>> layers, CopyStream copies) {
    this.layers = List.copyOf(layers);
    this.copies = copies;
  }

  /** The parts of a matrix on the device, valid until a matrix of another layer is asked for. */
  List<Tensor> parts(int layer, String name) {
    if (layer != last.to) {
      arrive(layer);
    }
    List<Tensor> parts = present.get(name);
    if (parts == null) {
      throw new IllegalArgumentException("layer " + layer + " streams no " + name);
    }
    return parts;
  }

  private void arrive(int layer) {
    Move move = new Move(last.to, layer);
    followers.put(last, layer);
    last = move;
    release();
    if (coming == null || coming.layer != layer) {
      drop();
      coming = begin(layer);
    }
    present = arrived(coming);
    coming = null;
    int next = followers.getOrDefault(move, layer + (move.from > layer ? -1 : 1));
    if (next != layer && next >= 0 && next < layers.size()) {
      coming = begin(next);
    }
  }

  private Coming begin(int layer) {
    List<String> names = new ArrayList<>();
    List<Tensor> parts = new ArrayList<>();
    layers
        .get(layer)
        .forEach(
            (name, matrix) -> {
              List<Tensor> own = matrix.parts();
              own.forEach(part -> names.add(name));
              parts.addAll(own);
            });
    return new Coming(layer, names, copies.begin(parts));
  }

  private static Map<String, List<Tensor>> arrived(Coming layer) {
    Map<String, List<Tensor>> parts = new LinkedHashMap<>();
    List<Tensor> copied = layer.parts.await();
    for (int i = 0; i < copied.size(); i++) {
      parts.computeIfAbsent(layer.names.get(i), name -> new ArrayList<>()).add(copied.get(i));
    }
    return parts;
  }

  private void release() {
    present.values().forEach(parts -> parts.forEach(Tensor::close));
    present = Map.of();
  }

  private void drop() {
    if (coming != null) {
      coming.parts.await().forEach(Tensor::close);
      coming = null;
    }
  }

  @Override
  public void close() {
    drop();
    release();
  }
}
