package org.cofitune.evaluate.metric;

import java.util.List;
import java.util.Set;

/**
 * A question whose choices were each scored.
 *
 * @param choices the choices without the delimiter before them
 * @param logLikelihoods natural log-likelihood of each choice given the question
 * @param greedy for each choice, whether it is what greedy decoding would have said
 * @param gold 0-based indices of the right choices; one, unless the task accepts several
 */
public record ChoiceOutcome(
    List<String> choices, List<Double> logLikelihoods, List<Boolean> greedy, Set<Integer> gold)
    implements Outcome {

  public ChoiceOutcome {
    choices = List.copyOf(choices);
    logLikelihoods = List.copyOf(logLikelihoods);
    greedy = List.copyOf(greedy);
    gold = Set.copyOf(gold);
    if (choices.isEmpty()
        || choices.size() != logLikelihoods.size()
        || choices.size() != greedy.size()) {
      throw new IllegalArgumentException(
          choices.size()
              + " choices, "
              + logLikelihoods.size()
              + " log-likelihoods, "
              + greedy.size()
              + " greedy flags");
    }
  }
}
