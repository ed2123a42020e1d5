package org.cofitune.generate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Chooses tokens from logits, as {@link SamplingConfig} says. Works in arrays of its own that are
 * made once. Not thread-safe.
 */
final class Sampler {
  private final float[] scores;
  private final int[] candidates;
  private final double[] weights;
  private final long[] order;

  Sampler(int vocabulary) {
    this.scores = new float[vocabulary];
    this.candidates = new int[vocabulary];
    this.weights = new double[vocabulary];
    this.order = new long[vocabulary];
  }

  /** The draws of one row: they depend on seed and row alone. */
  static SplittableRandom randomFor(long seed, int row) {
    return new SplittableRandom(new SplittableRandom(seed).nextLong() + row);
  }

  /**
   * The next token.
   *
   * @param logits of one or more tokens
   * @param from where this token's logits start
   * @param seen ids that prompt and text have so far
   * @throws CofituneException of kind TRAINING if no logit is a number
   */
  int choose(
      float[] logits, int from, SamplingConfig config, BitSet seen, SplittableRandom random) {
    System.arraycopy(logits, from, scores, 0, scores.length);
    if (config.repetitionPenalty() != 1.0) {
      penalise(seen, (float) config.repetitionPenalty());
    }
    for (int id : config.suppressTokens()) {
      if (id < scores.length) {
        scores[id] = Float.NEGATIVE_INFINITY;
      }
    }
    int best = mostLikely();
    return config.isRandom() ? draw(config, best, random.nextDouble()) : best;
  }

  private void penalise(BitSet seen, float penalty) {
    for (int id = seen.nextSetBit(0); id >= 0 && id < scores.length; id = seen.nextSetBit(id + 1)) {
      scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
    }
  }

  private int mostLikely() {
    int best = -1;
    float highest = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] > highest) {
        highest = scores[id];
        best = id;
      }
    }
    if (best < 0 || highest == Float.POSITIVE_INFINITY) {
      throw CofituneException.of(ErrorKind.TRAINING, "the model predicts no token")
          .at("logits")
          .expected("finite numbers")
          .found(best < 0 ? "NaN, or every token suppressed" : "infinity")
          .next("check the weights for NaN")
          .build();
    }
    return best;
  }

  private int draw(SamplingConfig config, int best, double uniform) {
    int count = 0;
    float threshold = config.topK() > 0 ? highest(config.topK()) : Float.NEGATIVE_INFINITY;
    double total = 0;
    for (int id = 0; id < scores.length; id++) {
      if (scores[id] >= threshold && scores[id] != Float.NEGATIVE_INFINITY) {
        candidates[count] = id;
        weights[count] = Math.exp((scores[id] - (double) scores[best]) / config.temperature());
        total += weights[count];
        count++;
      }
    }
    if (config.topP() < 1) {
      count = nucleus(count, total, config.topP());
    }
    if (config.minP() > 0) {
      count = atLeast(count, config.minP());
    }
    return pick(count, uniform);
  }

  /** The k-th highest score; tokens with the same score as it all stay. */
  private float highest(int k) {
    if (k >= scores.length) {
      return Float.NEGATIVE_INFINITY;
    }
    float[] heap = new float[k]; // the k highest so far, lowest first
    Arrays.fill(heap, Float.NEGATIVE_INFINITY);
    for (float score : scores) {
      if (score > heap[0]) {
        siftDown(heap, score);
      }
    }
    return heap[0];
  }

  private static void siftDown(float[] heap, float value) {
    int at = 0;
    for (int child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= value) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = value;
  }

  /**
   * Keeps the most likely tokens that together have the probability: goes up from the least likely
   * one and drops while the sum stays within {@code 1 - topP}, as transformers does.
   */
  private int nucleus(int count, double total, double topP) {
    double tail = (1 - topP) * total;
    double dropped = 0;
    int uncertain = 0;
    double surely = tail / count; // tokens below this cannot fill the tail even all together
    for (int i = 0; i < count; i++) {
      if (weights[i] < surely) {
        dropped += weights[i];
      } else {
        order[uncertain++] = ((long) Float.floatToIntBits((float) weights[i]) << 32) | i;
      }
    }
    Arrays.sort(order, 0, uncertain);
    int first = 0;
    while (first < uncertain - 1 && dropped + weights[(int) order[first]] <= tail) {
      dropped += weights[(int) order[first]];
      first++;
    }
    int kept = 0;
    for (int i = first; i < uncertain; i++) {
      order[kept++] = order[i] & 0xFFFF_FFFFL;
    }
    Arrays.sort(order, 0, kept);
    for (int i = 0; i < kept; i++) {
      candidates[i] = candidates[(int) order[i]];
      weights[i] = weights[(int) order[i]];
    }
    return kept;
  }

  /** Weights are relative to the most likely token's. */
  private int atLeast(int count, double minP) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (weights[i] >= minP) {
        candidates[kept] = candidates[i];
        weights[kept] = weights[i];
        kept++;
      }
    }
    return kept;
  }

  private int pick(int count, double uniform) {
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += weights[i];
    }
    double left = uniform * total;
    for (int i = 0; i < count; i++) {
      left -= weights[i];
      if (left < 0) {
        return candidates[i];
      }
    }
    return candidates[count - 1];
  }
}
