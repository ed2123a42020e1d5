package org.cofitune.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Which rows are held out for evaluation. Both parts keep the order of the files.
 *
 * @param train indices of the rows to train on, increasing
 * @param eval indices of the held-out rows, increasing; none when nothing is held out
 */
// Index arrays, never compared.
@SuppressWarnings("ArrayRecordComponent")
public record TrainEvalSplit(int[] train, int[] eval) {
  /** A stream of its own: the held-out rows have nothing to do with the order of any epoch. */
  private static final long STREAM = -1;

  /**
   * Holds out rows drawn by seed.
   *
   * @param valSize LLaMA-Factory's {@code val_size}: a fraction of the rows (rounded up) when below
   *     1, a number of rows when 1 or more, 0 for none
   * @throws CofituneException of kind RECIPE when it is negative, not whole, or leaves no row to
   *     train on
   */
  public static TrainEvalSplit of(int rows, double valSize, long seed) {
    requireSize(valSize);
    double held = valSize < 1 ? Math.ceil(valSize * rows) : valSize;
    if (held >= rows) {
      throw CofituneException.of(ErrorKind.RECIPE, "val_size leaves no row to train on")
          .expected("fewer than " + rows + " rows held out")
          .found("val_size " + valSize)
          .next("lower val_size, or give evaluation rows in files of their own")
          .build();
    }
    int[] drawn = Permutation.of(rows, seed, STREAM);
    int[] eval = Arrays.copyOf(drawn, (int) held);
    int[] train = Arrays.copyOfRange(drawn, (int) held, rows);
    Arrays.sort(eval);
    Arrays.sort(train);
    return new TrainEvalSplit(train, eval);
  }

  static void requireSize(double valSize) {
    if (!(valSize >= 0) || (valSize >= 1 && valSize != Math.rint(valSize))) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible value")
          .at("val_size")
          .expected("a fraction in [0, 1) or a whole number of rows")
          .found(valSize)
          .next("0.1 holds out a tenth, 100 holds out a hundred rows")
          .build();
    }
  }

  /** The rows to train on. */
  public <T> List<T> trainOf(List<T> rows) {
    return IntStream.of(train).<T>mapToObj(rows::get).toList();
  }

  /** The held-out rows. */
  public <T> List<T> evalOf(List<T> rows) {
    return IntStream.of(eval).<T>mapToObj(rows::get).toList();
  }
}
