package org.cofitune.search;

import java.util.Map;
import org.cofitune.model.LoadedModel;
import org.cofitune.train.FrozenPrefix;

/**
 * Measures what a training has made of a model. The same weights must get the same score: no draw
 * that is not seeded, no time.
 */
public interface ModelScorer {

  /** Scores the model with the weights that it has now; none of them is trainable. */
  TrialScore score(LoadedModel model);

  /**
   * Scores a model whose lowest layers are the base's, where somebody knows what these make of a
   * text. A scorer that has no use for that computes them.
   *
   * @param lowestLayer the layers below it have the base's weights
   * @param below gives what they make of a text
   */
  default TrialScore score(LoadedModel model, int lowestLayer, FrozenPrefix below) {
    return score(model);
  }

  /**
   * What the scores depend on beside the weights, by name: tasks, rows, how they are weighed. A
   * search goes on only with the same.
   */
  Map<String, String> identity();
}
