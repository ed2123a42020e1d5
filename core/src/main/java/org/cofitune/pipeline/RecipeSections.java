package org.cofitune.pipeline;

import java.util.List;
import org.cofitune.engine.EngineOptions;

/** The sections of a recipe, in the order of the reference. A new one is one line here. */
final class RecipeSections {
  static final List<RecipeSection<?>> ALL =
      List.of(new RecipeSection<>("", EngineOptions.defaults()));

  private RecipeSections() {}
}
