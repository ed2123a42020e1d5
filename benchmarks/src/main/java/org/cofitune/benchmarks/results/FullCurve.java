package org.cofitune.benchmarks.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What the full fine-tune gives with each learning rate on the development set, as a curve of S
 * over V: what it would have learnt, had it forgotten as much as another method.
 *
 * @param points in the order of V
 */
record FullCurve(List<SeedScore> points) {
  FullCurve {
    points = List.copyOf(points);
  }

  static FullCurve of(KeptComparison kept) {
    List<SeedScore> points =
        new ArrayList<>(
            kept.development().getOrDefault(kept.full().method(), new TreeMap<>()).values());
    points.sort(Comparator.comparingDouble(SeedScore::versatility));
    return new FullCurve(points);
  }

  /** S at a V between two learning rates, on the line between them; empty beyond them. */
  OptionalDouble specialityAt(double versatility) {
    for (int i = 1; i < points.size(); i++) {
      SeedScore low = points.get(i - 1);
      SeedScore high = points.get(i);
      if (low.versatility() <= versatility && versatility <= high.versatility()) {
        double part = (versatility - low.versatility()) / (high.versatility() - low.versatility());
        return OptionalDouble.of(low.speciality() + part * (high.speciality() - low.speciality()));
      }
    }
    return OptionalDouble.empty();
  }
}
