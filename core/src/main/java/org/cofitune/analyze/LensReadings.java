package org.cofitune.analyze;

import java.util.List;

/**
 * What a model would say if it ended after a layer: the layer's output goes through the model's own
 * final norm and output layer (logit lens, nostalgebraist 2020). One value for each layer, means
 * over the supervised positions; the last layer's are the model's own.
 *
 * @param logProbability of the target token, in nats
 * @param targetTop1 share of positions whose most likely token is the target
 * @param finalTop1 share of positions whose most likely token is that of the last layer
 * @param finalKl KL(last layer || this layer), in nats
 * @param meanRank of the target token, 1 for the most likely
 * @param medianRank of the target token; the lower one of two in the middle
 */
public record LensReadings(
    List<Double> logProbability,
    List<Double> targetTop1,
    List<Double> finalTop1,
    List<Double> finalKl,
    List<Double> meanRank,
    List<Integer> medianRank) {
  public LensReadings {
    logProbability = List.copyOf(logProbability);
    targetTop1 = List.copyOf(targetTop1);
    finalTop1 = List.copyOf(finalTop1);
    finalKl = List.copyOf(finalKl);
    meanRank = List.copyOf(meanRank);
    medianRank = List.copyOf(medianRank);
  }
}
