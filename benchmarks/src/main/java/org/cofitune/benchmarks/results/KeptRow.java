package org.cofitune.benchmarks.results;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.cofitune.evaluate.score.Measure;

/**
 * A method of a kept comparison, on the test.
 *
 * @param chosen learning rate and part of the change, in words; empty for the base
 * @param learningRate the chosen one; 0 for the base
 * @param bySeed scores of each training, in the order of the seeds; the base's one
 * @param divergence forward KL(base || tuned); empty for the base
 * @param trainedPercent numbers trained, in per cent of the model's
 * @param front whether no other row has at least as much S and V, and more of one
 */
record KeptRow(
    String method,
    String chosen,
    double learningRate,
    List<SeedScore> bySeed,
    Measure speciality,
    Measure versatility,
    Measure uni,
    Measure retention,
    Measure gain,
    Optional<Measure> divergence,
    double trainedPercent,
    boolean front) {
  KeptRow {
    bySeed = List.copyOf(bySeed);
  }

  /** How much better this method is than another, seed by seed. */
  SeedDifference minus(KeptRow other, ToDoubleFunction<SeedScore> number) {
    double[] differences = new double[bySeed.size()];
    for (int seed = 0; seed < differences.length; seed++) {
      differences[seed] =
          number.applyAsDouble(bySeed.get(seed)) - number.applyAsDouble(other.bySeed.get(seed));
    }
    return SeedDifference.of(differences);
  }

  /** Whether it has more S and more V than another, both beyond noise. */
  boolean beatsOnBoth(KeptRow other) {
    return minus(other, SeedScore::speciality).isMore()
        && minus(other, SeedScore::versatility).isMore();
  }

  /** Retention and gain weighed alike: what uni would be if both scores had one scale. */
  double balance() {
    return (retention.score() + gain.score()) / 2;
  }
}
