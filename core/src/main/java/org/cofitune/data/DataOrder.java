package org.cofitune.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which rows every optimizer step trains on, computed from the step number alone, so that a resumed
 * run goes on with exactly the rows it would have had.
 *
 * <p>Every epoch visits every row once, in file order or, when shuffled, in an order drawn from
 * (seed, epoch) by {@link Permutation}. The last step of an epoch has the rows that remain, as in
 * Hugging Face's {@code Trainer}.
 */
public final class DataOrder {
  private final int examples;
  private final int perStep;
  private final long seed;
  private final boolean shuffle;
  private volatile Epoch cached;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Epoch(long number, int[] order) {}

  /**
   * @param examples number of rows, at least one
   * @param perStep sequences of one optimizer step over all micro-batches and processes
   */
  public DataOrder(int examples, int perStep, long seed, boolean shuffle) {
    if (examples < 1 || perStep < 1) {
      throw new IllegalArgumentException(
          "needs at least one row and one row a step: " + examples + " rows, " + perStep);
    }
    this.examples = examples;
    this.perStep = perStep;
    this.seed = seed;
    this.shuffle = shuffle;
    this.cached = new Epoch(0, order(0));
  }

  /**
   * Draws some of a list, which keep their order.
   *
   * @param wanted how many; 0 for all
   */
  public static <T> List<T> draw(List<T> rows, int wanted, long seed) {
    if (wanted == 0 || wanted >= rows.size()) {
      return rows;
    }
    int[] chosen = new DataOrder(rows.size(), wanted, seed, true).stepIndices(0);
    Arrays.sort(chosen);
    return IntStream.of(chosen).mapToObj(rows::get).toList();
  }

  /** The rows of a step (0, 1, ...), as indices; any step of any epoch may be asked for. */
  public int[] stepIndices(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step " + step);
    }
    long number = step / stepsPerEpoch();
    Epoch epoch = cached;
    if (epoch.number != number) {
      epoch = new Epoch(number, order(number));
      cached = epoch;
    }
    long from = (step % stepsPerEpoch()) * perStep;
    long to = Math.min(from + perStep, examples);
    return Arrays.copyOfRange(epoch.order, (int) from, (int) to);
  }

  /** Optimizer steps that visit every row once. */
  public int stepsPerEpoch() {
    return (examples - 1) / perStep + 1;
  }

  /** Steps of a run of so many epochs, fractions included: {@code num_train_epochs}. */
  public long totalSteps(double epochs) {
    return (long) Math.ceil(epochs * stepsPerEpoch());
  }

  /** Rows trained on before a step, repeats counted. */
  public long rowsBefore(long step) {
    long epoch = step / stepsPerEpoch();
    return epoch * examples + (step % stepsPerEpoch()) * perStep;
  }

  /** Epochs completed before a step, with a fraction: 1.5 is the middle of the second epoch. */
  public double epochAt(long step) {
    return (double) rowsBefore(step) / examples;
  }

  private int[] order(long epoch) {
    if (shuffle) {
      return Permutation.of(examples, seed, epoch);
    }
    int[] order = new int[examples];
    Arrays.setAll(order, i -> i);
    return order;
  }
}
