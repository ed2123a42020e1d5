package org.cofitune.generate;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.engine.Precision;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;
import org.cofitune.model.ModelConfig;

/**
 * Keys and values of the tokens that sequences consist of so far, so that a token is computed once
 * in its life. Sequences are numbered 0, 1, ... without gaps; the token at position p of a sequence
 * lies in column p of its row.
 *
 * <pre>{@code
 * int sequence = cache.add();
 * try (NoGradGuard noGrad = new NoGradGuard(); PointerScope scope = new PointerScope()) {
 *   ForwardPass pass = cache.append(decoder, new int[] {sequence}, new int[] {ids.length});
 *   Tensor hidden = decoder.layers(0, decoder.layers(), decoder.embed(ids), pass);
 * }
 * int[] branches = cache.fork(sequence, 3); // continue the same text in three ways
 * }</pre>
 *
 * Storage grows in blocks. Not thread-safe.
 */
public final class KeyValueCache implements AutoCloseable {
  private static final int BLOCK = 64;

  private final AttentionConfig attention;
  private final TensorOptions options;
  private final Tensor[] keys; // per layer [rows, numKeyValueHeads, capacity, headDim]
  private final Tensor[] values; // the same
  private int rows;
  private int capacity;
  private int sequences;
  private int[] lengths = new int[0];

  /** An empty cache for a model, on its device, in the type that it computes in. */
  public KeyValueCache(ModelConfig config, Device device, Precision precision) {
    this.attention = config.attention();
    try (PointerScope scope = new PointerScope()) {
      this.options =
          torch.dtype(precision.scalarType()).device(new DeviceOptional(device)).retainReference();
    }
    this.keys = new Tensor[config.numHiddenLayers()];
    this.values = new Tensor[config.numHiddenLayers()];
  }

  /** Bytes that one token of one sequence takes in all layers. */
  public static long bytesPerToken(ModelConfig config, Precision precision) {
    return 2L * config.numHiddenLayers() * config.attention().keyValueSize() * precision.bytes();
  }

  /** Number of sequences. */
  public int sequences() {
    return sequences;
  }

  /** Tokens of a sequence. */
  public int length(int sequence) {
    return lengths[checked(sequence)];
  }

  /** Begins an empty sequence and returns its number. */
  public int add() {
    reserve(sequences + 1, capacity);
    lengths[sequences] = 0;
    return sequences++;
  }

  /**
   * Begins sequences that start with all tokens of another, which are copied and not computed
   * again.
   *
   * @return the numbers of the new sequences
   */
  public int[] fork(int sequence, int copies) {
    reserve(sequences + copies, capacity);
    int[] forks = new int[copies];
    for (int i = 0; i < copies; i++) {
      forks[i] = addCopy(this, sequence, length(sequence));
    }
    return forks;
  }

  /**
   * Begins a sequence that starts with the first tokens of a sequence of another cache of the same
   * model.
   *
   * @return the number of the new sequence
   */
  public int addCopy(KeyValueCache source, int sequence, int length) {
    Objects.checkFromToIndex(0, length, source.length(sequence));
    reserve(sequences + 1, Math.max(capacity, length));
    int added = add();
    copyRow(source, sequence, added, length);
    lengths[added] = length;
    return added;
  }

  /** Forgets the tokens of a sequence from a position on. */
  public void truncate(int sequence, int length) {
    if (length < 0 || length > length(sequence)) {
      throw new IllegalArgumentException(
          "cannot cut a sequence of " + length(sequence) + " tokens to " + length);
    }
    lengths[sequence] = length;
  }

  /** Removes a sequence; the last one takes its number. */
  public void remove(int sequence) {
    int last = sequences - 1;
    if (checked(sequence) != last) {
      copyRow(this, last, sequence, lengths[last]);
      lengths[sequence] = lengths[last];
    }
    sequences = last;
  }

  /** Makes room, so that the storage of that many sequences and tokens is allocated once. */
  public void reserve(int wantedRows, int wantedTokens) {
    if (wantedRows <= rows && wantedTokens <= capacity) {
      return;
    }
    int newRows = Math.max(rows, wantedRows);
    int newCapacity =
        wantedTokens <= capacity ? capacity : (wantedTokens + BLOCK - 1) / BLOCK * BLOCK;
    for (int layer = 0; layer < keys.length; layer++) {
      keys[layer] = grown(keys[layer], newRows, newCapacity);
      values[layer] = grown(values[layer], newRows, newCapacity);
    }
    rows = newRows;
    capacity = newCapacity;
    lengths = Arrays.copyOf(lengths, newRows);
  }

  private Tensor grown(Tensor old, int newRows, int newCapacity) {
    try (PointerScope scope = new PointerScope()) {
      long[] shape = {newRows, attention.numKeyValueHeads(), newCapacity, attention.headDim()};
      Tensor grown = torch.zeros(shape, options);
      if (rows > 0) {
        if (sequences > 0 && capacity > 0) {
          grown.narrow(0, 0, sequences).narrow(2, 0, capacity).copy_(old.narrow(0, 0, sequences));
        }
        old.close();
      }
      return grown.retainReference();
    }
  }

  /**
   * A pass that appends tokens to sequences; their lengths count the new tokens from now on. The
   * pass lives as long as the scope that is open now.
   *
   * @param which numbers of the sequences, each once
   * @param counts new tokens of each of them
   */
  public ForwardPass append(Decoder decoder, int[] which, int[] counts) {
    int[] starts = new int[which.length];
    int longest = 0;
    for (int i = 0; i < which.length; i++) {
      starts[i] = length(which[i]);
      longest = Math.max(longest, starts[i] + counts[i]);
    }
    if (longest > capacity) {
      reserve(rows, Math.max(longest, capacity + capacity / 2));
    }
    for (int i = 0; i < which.length; i++) {
      lengths[which[i]] += counts[i];
    }
    boolean step = isEverySequenceOnce(which) && Arrays.stream(counts).allMatch(n -> n == 1);
    return decoder.continuing(
        starts,
        counts,
        step ? new StepAttention(this, starts) : new ChunkAttention(this, which, starts, counts));
  }

  private boolean isEverySequenceOnce(int[] which) {
    return Arrays.equals(which, IntStream.range(0, sequences).toArray());
  }

  AttentionConfig attention() {
    return attention;
  }

  TensorOptions options() {
    return options;
  }

  int capacity() {
    return capacity;
  }

  /** Keys of a layer, {@code [rows, numKeyValueHeads, capacity, headDim]}. */
  Tensor keys(int layer) {
    return keys[layer];
  }

  /** Values of a layer, of the same shape. */
  Tensor values(int layer) {
    return values[layer];
  }

  private int checked(int sequence) {
    return Objects.checkIndex(sequence, sequences);
  }

  private void copyRow(KeyValueCache source, int from, int to, int length) {
    if (length == 0) {
      return;
    }
    for (int layer = 0; layer < keys.length; layer++) {
      try (PointerScope scope = new PointerScope()) {
        beginning(keys[layer], to, length).copy_(beginning(source.keys[layer], from, length));
        beginning(values[layer], to, length).copy_(beginning(source.values[layer], from, length));
      }
    }
  }

  /** The first tokens of a row, {@code [numKeyValueHeads, length, headDim]}. */
  private static Tensor beginning(Tensor stored, int row, int length) {
    return stored.select(0, row).narrow(1, 0, length);
  }

  @Override
  public void close() {
    if (rows > 0) {
      for (int layer = 0; layer < keys.length; layer++) {
        keys[layer].close();
        values[layer].close();
      }
    }
    options.close();
    rows = 0;
    capacity = 0;
    sequences = 0;
  }
}
