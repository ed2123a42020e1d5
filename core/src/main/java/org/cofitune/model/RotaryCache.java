package org.cofitune.model;

import static org.bytedeco.pytorch.global.torch.cat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.jspecify.annotations.Nullable;

/**
 * Rotary tables on the device, made once per position and reused by every batch. Not thread-safe.
 */
final class RotaryCache implements AutoCloseable {
  /** Tables grow in whole blocks, so that slightly longer batches do not remake them. */
  private static final int BLOCK = 512;

  /** A growing sequence needs a new table with every token; old ones are dropped. */
  private static final int REMEMBERED = 64;

  private final RotaryEmbedding rotary;
  private final Device device;
  private final Precision precision;

  /** The table of every sequence whose frequencies do not depend on its length. */
  private @Nullable RotaryTables plain;

  /** Tables by length, for the others. */
  private final Map<Integer, RotaryTables> ofLength = new HashMap<>();

  RotaryCache(RotaryEmbedding rotary, Device device, Precision precision) {
    this.rotary = rotary;
    this.device = device;
    this.precision = precision;
  }

  /** Tables for packed sequences whose tokens stand at positions 0, 1, ... */
  RotaryTables forSequences(int[] offsets) {
    int sequences = offsets.length - 1;
    if (sequences == 1) {
      return slice(0, offsets[1]);
    }
    TensorVector cos = new TensorVector();
    TensorVector sin = new TensorVector();
    for (int s = 0; s < sequences; s++) {
      RotaryTables slice = slice(0, offsets[s + 1] - offsets[s]);
      cos.push_back(slice.cos());
      sin.push_back(slice.signedSin());
    }
    return new RotaryTables(cat(cos, 0), cat(sin, 0));
  }

  /** Tables for sequences that go on: sequence s brings {@code counts[s]} tokens from a start. */
  RotaryTables forContinuations(int[] starts, int[] counts) {
    int longest = 0;
    for (int s = 0; s < starts.length; s++) {
      longest = Math.max(longest, starts[s] + counts[s]);
    }
    if (starts.length == 1) {
      return slice(starts[0], counts[0]);
    }
    return rotary.stretches(longest)
        ? concatenated(starts, counts)
        : gathered(upTo(longest), starts, counts);
  }

  /** One gather for all: a step of many sequences has one token of each. */
  private RotaryTables gathered(RotaryTables whole, int[] starts, int[] counts) {
    long[] positions = new long[Arrays.stream(counts).sum()];
    int at = 0;
    for (int s = 0; s < starts.length; s++) {
      for (int i = 0; i < counts[s]; i++) {
        positions[at++] = starts[s] + (long) i;
      }
    }
    Tensor index = HostTensors.ofLongs(positions).to(device, ScalarType.Long);
    return new RotaryTables(
        whole.cos().index_select(0, index), whole.signedSin().index_select(0, index));
  }

  private RotaryTables concatenated(int[] starts, int[] counts) {
    TensorVector cos = new TensorVector();
    TensorVector sin = new TensorVector();
    for (int s = 0; s < starts.length; s++) {
      RotaryTables slice = slice(starts[s], counts[s]);
      cos.push_back(slice.cos());
      sin.push_back(slice.signedSin());
    }
    return new RotaryTables(cat(cos, 0), cat(sin, 0));
  }

  private RotaryTables slice(int start, int count) {
    int length = start + count;
    RotaryTables whole = upTo(length);
    return new RotaryTables(
        whole.cos().narrow(0, start, count), whole.signedSin().narrow(0, start, count));
  }

  private RotaryTables upTo(int length) {
    boolean stretched = rotary.stretches(length);
    RotaryTables known = stretched ? ofLength.get(length) : plain;
    if (known != null && known.cos().size(0) >= length) {
      return known;
    }
    int rows = stretched ? length : (length + BLOCK - 1) / BLOCK * BLOCK;
    RotaryTables made = make(rows, rotary.frequencies(length));
    if (stretched) {
      if (ofLength.size() == REMEMBERED) {
        ofLength.values().forEach(RotaryCache::free);
        ofLength.clear();
      }
      ofLength.put(length, made);
    } else {
      if (plain != null) {
        free(plain);
      }
      plain = made;
    }
    return made;
  }

  private RotaryTables make(int rows, double[] frequencies) {
    int half = frequencies.length;
    double[] cos = new double[rows * 2 * half];
    double[] sin = new double[rows * 2 * half];
    double factor = rotary.attentionFactor();
    for (int position = 0; position < rows; position++) {
      for (int i = 0; i < half; i++) {
        int at = position * 2 * half + i;
        double angle = position * frequencies[i];
        cos[at] = cos[at + half] = Math.cos(angle) * factor;
        sin[at + half] = Math.sin(angle) * factor;
        sin[at] = -sin[at + half];
      }
    }
    return new RotaryTables(onDevice(cos, rows, 2 * half), onDevice(sin, rows, 2 * half));
  }

  private Tensor onDevice(double[] values, int rows, int columns) {
    try (PointerScope scope = new PointerScope()) {
      return HostTensors.ofDoubles(values, rows, 1, columns)
          .to(device, precision.scalarType())
          .retainReference();
    }
  }

  private static void free(RotaryTables table) {
    table.cos().close();
    table.signedSin().close();
  }

  @Override
  public void close() {
    if (plain != null) {
      free(plain);
      plain = null;
    }
    ofLength.values().forEach(RotaryCache::free);
    ofLength.clear();
  }
}
