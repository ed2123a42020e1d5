package org.cofitune.search;

import java.util.Map;
import org.cofitune.model.LoadedModel;

/**
 * Measures what a training has made of a model. The same weights must get the same score: no draw
 * that is not seeded, no time.
 */
public interface ModelScorer {

  /** Scores the model with the weights that it has now; none of them is trainable. */
  TrialScore score(LoadedModel model);

  /**
   * What the scores depend on beside the weights, by name: tasks, rows, how they are weighed. A
   * search goes on only with the same.
   */
  Map<String, String> identity();
}
