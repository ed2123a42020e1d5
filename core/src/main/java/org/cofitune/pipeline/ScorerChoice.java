package org.cofitune.pipeline;

import org.cofitune.error.CofituneException;
import org.cofitune.search.ModelScorer;

/** Chooses what scores the trials of a search, from its recipe and rows. */
@FunctionalInterface
public interface ScorerChoice {

  /**
   * Chooses and checks; nothing of the model is loaded yet.
   *
   * @throws CofituneException of kind RECIPE or DATA where the recipe names nothing to score on
   */
  ModelScorer of(SearchData data);
}
