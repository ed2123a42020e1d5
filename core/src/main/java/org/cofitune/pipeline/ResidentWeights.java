package org.cofitune.pipeline;

import org.cofitune.error.CofituneException;
import org.cofitune.train.TrainingArguments;

/** Refuses other ways to hold frozen weights where one model is trained in many ways. */
final class ResidentWeights {
  private ResidentWeights() {}

  /**
   * Checks a recipe.
   *
   * @param what is done with it, such as "a search"
   * @throws CofituneException of kind RECIPE where the recipe says it
   */
  static void require(Recipe recipe, String what) {
    try {
      recipe.section(TrainingArguments.class).requireResidentWeights(what);
    } catch (CofituneException e) {
      throw recipe.located(e);
    }
  }
}
