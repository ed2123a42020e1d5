package org.cofitune.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How long rows are, in tokens.
 *
 * @param histogram from short to long, up to the bucket of the longest row
 */
public record LengthStatistics(
    int shortest,
    double mean,
    int median,
    int percentile90,
    int percentile95,
    int percentile99,
    int longest,
    List<Bucket> histogram) {
  private static final int FIRST_BUCKET = 16;

  /**
   * Rows of some lengths.
   *
   * @param upTo the longest length that counts here; the bucket before says where it begins
   */
  public record Bucket(int upTo, int rows) {}

  public LengthStatistics {
    histogram = List.copyOf(histogram);
  }

  /**
   * Statistics of some lengths, at least one. A percentile p is the smallest length that at least p
   * % of the rows do not exceed: cutting there truncates at most 100 - p %.
   */
  public static LengthStatistics of(int[] lengths) {
    if (lengths.length == 0) {
      throw new IllegalArgumentException("no lengths");
    }
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    return new LengthStatistics(
        sorted[0],
        Arrays.stream(sorted).asLongStream().sum() / (double) sorted.length,
        percentile(sorted, 50),
        percentile(sorted, 90),
        percentile(sorted, 95),
        percentile(sorted, 99),
        sorted[sorted.length - 1],
        histogram(sorted));
  }

  private static int percentile(int[] sorted, int percent) {
    long rank = ((long) sorted.length * percent + 99) / 100;
    return sorted[(int) Math.max(rank, 1) - 1];
  }

  /** Buckets double in size: 1-16, 17-32, 33-64, ... */
  private static List<Bucket> histogram(int[] sorted) {
    List<Bucket> buckets = new ArrayList<>();
    int next = 0;
    for (long upTo = FIRST_BUCKET; next < sorted.length; upTo *= 2) {
      int from = next;
      while (next < sorted.length && sorted[next] <= upTo) {
        next++;
      }
      buckets.add(new Bucket((int) Math.min(upTo, Integer.MAX_VALUE), next - from));
    }
    return buckets;
  }
}
