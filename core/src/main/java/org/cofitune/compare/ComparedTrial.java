package org.cofitune.compare;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.cofitune.model.PartOfDelta;
import org.cofitune.search.TrialScore;

/**
 * A finished training and its development score, one line of {@code compare/trials.jsonl}. Times
 * are not in it, so that the same comparison writes the same bytes.
 *
 * @param setting fingerprint of everything that the score depends on
 * @param method the method's name
 * @param learningRate it was trained with
 * @param seed it was trained with
 * @param training fingerprint of everything that the weights depend on
 * @param part what of the change is taken: the best one on the development set
 * @param parameters numbers trained
 * @param score of that part on the development set
 */
@JsonPropertyOrder({
  "setting",
  "method",
  "learningRate",
  "seed",
  "training",
  "part",
  "parameters",
  "score"
})
public record ComparedTrial(
    String setting,
    String method,
    double learningRate,
    long seed,
    String training,
    PartOfDelta part,
    long parameters,
    TrialScore score) {}
