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

  private static final int NO_LOGITS = -1;

  private final Decoder decoder;
  private final KeyValueCache cache;
  private final int vocabulary;
  private final KeyValueCache prefix;
  private float[] logits = new float[0];
  private long forwardTokens;

  /**
   * An empty batch.
   *
   * @param prefix ids that every prompt begins with, none or some; computed here, once for all
   */
  DecodingBatch(Decoder decoder, int[] prefix) {
    this.decoder = decoder;
    this.cache = emptyCache(decoder);
    this.prefix = emptyCache(decoder);
    this.vocabulary = decoder.config().vocabSize();
    int sequence = this.prefix.add();
    if (prefix.length > 0) {
      append(this.prefix, new int[] {sequence}, new int[] {prefix.length}, prefix, NO_LOGITS);
    }
  }

  private static KeyValueCache emptyCache(Decoder decoder) {
    Parameters parameters = decoder.parameters();
    return new KeyValueCache(decoder.config(), parameters.device(), parameters.precision());
  }

  int sequences() {
    return cache.sequences();
  }

  /** Tokens that went through the model so far. */
  long forwardTokens() {
    return forwardTokens;
  }

  /** Makes room at once for that many sequences of that many tokens. */
  void reserve(int sequences, int tokens) {
    cache.reserve(sequences, tokens);
  }

  /**
   * Adds sequences that begin with prompts.
   *
   * @param prompts longer than the prefix
   * @return logits of the token after each prompt, {@code [prompts, vocab]}; overwritten by the
   *     next call
   */
  float[] begin(List<int[]> prompts) {
    int known = prefix.length(0);
    int[] which = prompts.stream().mapToInt(prompt -> cache.addCopy(prefix, 0, known)).toArray();
    List<int[]> rests =
        prompts.stream().map(prompt -> Arrays.copyOfRange(prompt, known, prompt.length)).toList();
    makeRoomForLogits(which.length);
    int from = 0;
    while (from < which.length) {
      int to = from + 1;
      int tokens = rests.get(from).length;
      while (to < which.length && tokens + rests.get(to).length <= TOKENS_PER_PASS) {
        tokens += rests.get(to).length;
        to++;
      }
      append(Arrays.copyOfRange(which, from, to), rests.subList(from, to), from);
      from = to;
    }
    return logits;
  }

  /**
   * Cuts a sequence to its beginning and continues it with other tokens.
   *
   * @param kept how many tokens stay
   * @param ids what follows them, at least one
   * @return logits of the token after it, {@code [1, vocab]}; overwritten by the next call
   */
  float[] continueFrom(int sequence, int kept, int[] ids) {
    cache.truncate(sequence, kept);
    makeRoomForLogits(1);
    append(new int[] {sequence}, List.of(ids), 0);
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
    append(cache, which, counts, tokens, 0);
    return logits;
  }

  /** Removes a sequence; the last one takes its number. */
  void remove(int sequence) {
    cache.remove(sequence);
  }

  private void append(int[] which, List<int[]> chunks, int row) {
    int[] counts = chunks.stream().mapToInt(chunk -> chunk.length).toArray();
    int[] ids = chunks.stream().flatMapToInt(Arrays::stream).toArray();
    append(cache, which, counts, ids, row);
  }

  private void append(KeyValueCache target, int[] which, int[] counts, int[] ids, int row) {
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      forwardTokens += ids.length;
      Tensor hidden =
          decoder.layers(
              0,
              decoder.layers(),
              decoder.embed(onDevice(HostTensors.ofIds(ids))),
              target.append(decoder, which, counts));
      if (row != NO_LOGITS) {
        Tensor last = ids.length == which.length ? hidden : hidden.index_select(0, ends(counts));
        HostTensors.copyFloats(decoder.logits(decoder.finalNorm(last)), logits, row * vocabulary);
      }
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
    prefix.close();
  }
}
