package org.cofitune.analyze;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Adds up what a logit lens sees, layer by layer. */
final class LensTally {
  private final int positions;
  private final double[] logProbability;
  private final double[] finalKl;
  private final long[] finalTop1;
  private final int[][] ranks;
  private final int[] read;

  /**
   * An empty tally.
   *
   * @param positions how many will be read of every layer
   */
  LensTally(int layers, int positions) {
    this.positions = positions;
    this.logProbability = new double[layers];
    this.finalKl = new double[layers];
    this.finalTop1 = new long[layers];
    this.ranks = new int[layers][positions];
    this.read = new int[layers];
  }

  /**
   * Some positions of a layer.
   *
   * @param logProbabilities of the target tokens
   * @param moreLikely how many tokens are more likely than each target
   * @param finalBest 1 where the most likely token is the last layer's, else 0
   * @param divergences from the last layer
   */
  void add(
      int layer,
      double[] logProbabilities,
      long[] moreLikely,
      long[] finalBest,
      double[] divergences) {
    logProbability[layer] += DoubleStream.of(logProbabilities).sum();
    finalKl[layer] += DoubleStream.of(divergences).sum();
    finalTop1[layer] += Arrays.stream(finalBest).sum();
    for (long better : moreLikely) {
      ranks[layer][read[layer]++] = Math.toIntExact(better + 1);
    }
  }

  LensReadings readings() {
    List<Double> targetTop1 = new ArrayList<>();
    List<Double> meanRank = new ArrayList<>();
    List<Integer> medianRank = new ArrayList<>();
    for (int[] layer : ranks) {
      int[] sorted = layer.clone();
      Arrays.sort(sorted);
      long best = Arrays.stream(sorted).takeWhile(rank -> rank == 1).count();
      targetTop1.add((double) best / positions);
      meanRank.add(Arrays.stream(sorted).asLongStream().sum() / (double) positions);
      medianRank.add(sorted[(positions - 1) / 2]);
    }
    return new LensReadings(
        means(logProbability),
        targetTop1,
        means(Arrays.stream(finalTop1).asDoubleStream().toArray()),
        means(finalKl),
        meanRank,
        medianRank);
  }

  private List<Double> means(double[] sums) {
    return DoubleStream.of(sums).map(sum -> sum / positions).boxed().toList();
  }
}
