package org.cofitune.search;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cofitune.model.LayerRange;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Projection;
import org.cofitune.model.Region;

/**
 * A control: a region with about as many parameters as the chosen one, at a random place. Among all
 * ranges of layers with all groups of projections of the tree, those closest in size are found, and
 * one of them is drawn.
 */
final class RandomRegion {
  /** Regions within this share of the wanted size count as the same size. */
  private static final double SAME_SIZE = 0.1;

  private RandomRegion() {}

  static Region like(Region chosen, ModelConfig config, long seed) {
    long wanted = size(chosen, config);
    Map<Region, Double> distance = new LinkedHashMap<>();
    for (int subset = 1; subset < 1 << Projection.values().length; subset++) {
      Set<Projection> projections = projections(subset);
      long sizeOfLayer = size(new Region.Modules(new LayerRange(0, 1), projections), config);
      for (int from = 0; from < config.numHiddenLayers(); from++) {
        for (int to = from + 1; to <= config.numHiddenLayers(); to++) {
          Region region = new Region.Modules(new LayerRange(from, to), projections);
          if (!region.equals(chosen)) {
            distance.put(region, Math.abs((double) sizeOfLayer * (to - from) / wanted - 1));
          }
        }
      }
    }
    double closest = Collections.min(distance.values());
    List<Region> sameSize =
        distance.entrySet().stream()
            .filter(e -> e.getValue() <= Math.max(closest, SAME_SIZE))
            .map(Map.Entry::getKey)
            .sorted(Comparator.comparing(Region::text))
            .toList();
    return sameSize.get(new SplittableRandom(seed).nextInt(sameSize.size()));
  }

  private static long size(Region region, ModelConfig config) {
    return ParameterNames.count(region.parameters(config));
  }

  private static Set<Projection> projections(int subset) {
    Projection[] all = Projection.values();
    return IntStream.range(0, all.length)
        .filter(i -> (subset >> i & 1) == 1)
        .mapToObj(i -> all[i])
        .collect(Collectors.toSet());
  }
}
