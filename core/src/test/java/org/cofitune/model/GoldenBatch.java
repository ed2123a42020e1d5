package org.cofitune.model;

import java.util.Arrays;

/**
 * A right-padded batch.
 *
 * @param lengths tokens of each row without padding
 * @param width tokens of each row with padding
 * @param ids {@code [rows, width]}
 * @param labels {@code [rows, width]}, -100 where nothing is supervised
 */
public record GoldenBatch(int[] lengths, int width, long[] ids, long[] labels) {

  /** The rows without padding, one after the other. */
  public long[] packed(long[] padded) {
    long[] flat = new long[Arrays.stream(lengths).sum()];
    int at = 0;
    for (int r = 0; r < lengths.length; r++) {
      System.arraycopy(padded, r * width, flat, at, lengths[r]);
      at += lengths[r];
    }
    return flat;
  }

  /** The rows of {@code [rows, width, size]} without padding, one after the other. */
  public double[] packed(double[] padded, int size) {
    double[] flat = new double[Arrays.stream(lengths).sum() * size];
    int at = 0;
    for (int r = 0; r < lengths.length; r++) {
      System.arraycopy(padded, r * width * size, flat, at, lengths[r] * size);
      at += lengths[r] * size;
    }
    return flat;
  }

  public int[] offsets() {
    int[] offsets = new int[lengths.length + 1];
    for (int r = 0; r < lengths.length; r++) {
      offsets[r + 1] = offsets[r] + lengths[r];
    }
    return offsets;
  }

  /** Row r alone. */
  public long[] row(int r) {
    return Arrays.copyOfRange(ids, r * width, r * width + lengths[r]);
  }
}
