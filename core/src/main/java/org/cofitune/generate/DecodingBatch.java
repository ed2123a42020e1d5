package org.cofitune.generate;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.model.Parameters;

/**
 * Sequences that are decoded together, one token each at a time. Numbers of sequences are those of
 * {@link KeyValueCache}: without gaps, and the last one takes the number of one that is removed.
 */
final class DecodingBatch implements AutoCloseable {
  /** Prompts are computed in passes of about this many tokens, which bounds their activations. */
  private static final int TOKENS_PER_PASS = 2048;

  private final Decoder decoder;
  private final KeyValueCache cache;
  private final int vocabulary;
  private float[] logits = new float[0];

  DecodingBatch(Decoder decoder) {
    Parameters parameters = decoder.parameters();
    this.decoder = decoder;
    this.cache = new KeyValueCache(decoder.config(), parameters.device(), parameters.precision());
    this.vocabulary = decoder.config().vocabSize();
  }

  int sequences() {
    return cache.sequences();
  }

  /** Makes room at once for that many sequences of that many tokens. */
  void reserve(int sequences, int tokens) {
    cache.reserve(sequences, tokens);
  }

  /**
   * Adds sequences that begin with prompts.
   *
   * @return logits of the token after each prompt, {@code [prompts, vocab]}; overwritten by the
   *     next call
   */
  float[] begin(List<int[]> prompts) {
    int[] which = prompts.stream().mapToInt(prompt -> cache.add()).toArray();
    makeRoomForLogits(which.length);
    int from = 0;
    while (from < which.length) {
      int to = from + 1;
      int tokens = prompts.get(from).length;
      while (to < which.length && tokens + prompts.get(to).length <= TOKENS_PER_PASS) {
        tokens += prompts.get(to).length;
        to++;
      }
      append(Arrays.copyOfRange(which, from, to), prompts.subList(from, to), from);
      from = to;
    }
    return logits;
  }

  /**
   * Adds one token to every sequence.
   *
   * @return logits of the token after it, {@code [sequences, vocab]}; overwritten by the next call
   */
  float[] step(int[] tokens) {
    int[] which = new int[tokens.length];
    int[] counts = new int[tokens.length];
    for (int i = 0; i < which.length; i++) {
      which[i] = i;
      counts[i] = 1;
    }
    makeRoomForLogits(tokens.length);
    append(which, counts, tokens, 0);
    return logits;
  }

  /** Removes a sequence; the last one takes its number. */
  void remove(int sequence) {
    cache.remove(sequence);
  }

  private void append(int[] which, List<int[]> prompts, int row) {
    int[] counts = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
    int[] ids = prompts.stream().flatMapToInt(Arrays::stream).toArray();
    append(which, counts, ids, row);
  }

  private void append(int[] which, int[] counts, int[] ids, int row) {
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      Tensor hidden =
          decoder.layers(
              0,
              decoder.layers(),
              decoder.embed(onDevice(HostTensors.ofIds(ids))),
              cache.append(decoder, which, counts));
      Tensor last = ids.length == which.length ? hidden : hidden.index_select(0, ends(counts));
      HostTensors.copyFloats(decoder.logits(decoder.finalNorm(last)), logits, row * vocabulary);
    }
  }

  private Tensor ends(int[] counts) {
    long[] ends = new long[counts.length];
    long end = -1;
    for (int i = 0; i < counts.length; i++) {
      end += counts[i];
      ends[i] = end;
    }
    return onDevice(HostTensors.ofLongs(ends));
  }

  private Tensor onDevice(Tensor indices) {
    return indices.to(decoder.parameters().device(), ScalarType.Long);
  }

  private void makeRoomForLogits(int rows) {
    if (logits.length < rows * vocabulary) {
      logits = new float[rows * vocabulary];
    }
  }

  @Override
  public void close() {
    cache.close();
  }
}
