package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.Objects;
import org.cofitune.data.DataArguments;
import org.cofitune.search.TaskScorer;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;

/** What scores the trials of a search: the tasks that the recipe names, else held-out rows. */
final class TrialScoring {
  private TrialScoring() {}

  static ScorerChoice of(Recipe recipe) {
    return recipe.section(SearchSection.class).tasks().isEmpty()
        ? SearchData::heldOutScorer
        : data -> tasks(data.recipe());
  }

  private static TaskScorer tasks(Recipe recipe) {
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    EvaluateSection evaluation = recipe.section(EvaluateSection.class);
    SearchSection search = recipe.section(SearchSection.class);
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      PromptFormat format =
          PromptFormat.of(model, tokenizer, recipe.section(DataArguments.class).template());
      return new TaskScorer(
          evaluation.open(search.tasks(), search.limit(), format),
          evaluation.settings(),
          evaluation.addsSpecialTokens(format),
          search.specialityWeight());
    }
  }
}
