package org.cofitune.search;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a search found.
 *
 * @param chosen text form of the chosen region
 * @param score its score at the full budget
 * @param trials every trial of the search, in the order of the tree, early looks included
 * @param forecastAgreement Spearman's rank correlation of forecast and uni over the nodes scored at
 *     the full budget; empty without forecast or with fewer than three such nodes
 * @param stepsRun optimizer steps of all trials together; one that went on after an early look
 *     counts once
 * @param stepsSaved steps that dropped trials did not take
 */
public record SearchResult(
    String chosen,
    TrialScore score,
    List<Trial> trials,
    OptionalDouble forecastAgreement,
    int stepsRun,
    int stepsSaved) {
  public SearchResult {
    trials = List.copyOf(trials);
  }
}
