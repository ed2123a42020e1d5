package org.cofitune.pipeline;

import java.util.List;
import org.cofitune.data.DataArguments;
import org.cofitune.engine.EngineOptions;
import org.cofitune.importance.ImportanceSettings;
import org.cofitune.method.DivergenceArguments;
import org.cofitune.method.EntropyArguments;
import org.cofitune.method.HalfArguments;
import org.cofitune.method.LoraArguments;
import org.cofitune.method.MethodArguments;
import org.cofitune.method.PenaltyArguments;
import org.cofitune.method.SoftMaskArguments;
import org.cofitune.search.ForecastSettings;
import org.cofitune.search.SearchSettings;
import org.cofitune.train.TrainingArguments;

/** The sections of a recipe, in the order of the reference. A new one is one line here. */
final class RecipeSections {
  private static final String SEARCH = "search";

  static final List<RecipeSection<?>> ALL =
      List.of(
          new RecipeSection<>("", RunSection.defaults()),
          new RecipeSection<>("", DatasetSection.defaults()),
          new RecipeSection<>("", DataArguments.defaults()),
          new RecipeSection<>("", TrainingArguments.defaults()),
          new RecipeSection<>("", PrefixCacheSection.defaults()),
          new RecipeSection<>("", EngineOptions.defaults()),
          new RecipeSection<>("", MethodArguments.defaults()),
          new RecipeSection<>("soft_mask", SoftMaskArguments.defaults()),
          new RecipeSection<>("lora", LoraArguments.defaults()),
          new RecipeSection<>("penalty", PenaltyArguments.defaults()),
          new RecipeSection<>("kl", DivergenceArguments.defaults()),
          new RecipeSection<>("eaft", EntropyArguments.defaults()),
          new RecipeSection<>("hft", HalfArguments.defaults()),
          new RecipeSection<>("replay", ReplaySection.defaults()),
          new RecipeSection<>("importance", CorpusSection.defaults()),
          new RecipeSection<>("importance", ImportanceSettings.defaults()),
          new RecipeSection<>("evaluate", EvaluateSection.defaults()),
          new RecipeSection<>(SEARCH, SearchSection.defaults()),
          new RecipeSection<>(SEARCH, SearchSettings.defaults()),
          new RecipeSection<>(SEARCH, ForecastSettings.defaults()),
          new RecipeSection<>("compare", CompareSection.defaults()));

  private RecipeSections() {}
}
