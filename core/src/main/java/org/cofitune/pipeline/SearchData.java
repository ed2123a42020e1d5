package org.cofitune.pipeline;

import java.util.List;
import org.cofitune.data.DataOrder;
import org.cofitune.data.ExampleSet;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.search.HeldOutScorer;
import org.cofitune.search.SearchSettings;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.TrainingArguments;

/**
 * The rows of a search.
 *
 * @param speciality rows of the new domain, those held out included
 * @param versatility rows of what the model could do before; may be none
 */
public record SearchData(TrainingData speciality, List<TokenizedExample> versatility) {
  public SearchData {
    versatility = List.copyOf(versatility);
  }

  static SearchData read(Recipe recipe, Tokenizer tokenizer, ModelConfig config) {
    TrainingData speciality = TrainingData.read(recipe, tokenizer, config);
    SearchSection section = recipe.section(SearchSection.class);
    if (section.versatilityData().isEmpty()) {
      return new SearchData(speciality, List.of());
    }
    ExampleSet all =
        TrainingData.examples(speciality.recipe(), section.versatilityData(), tokenizer, config);
    long seed = recipe.section(TrainingArguments.class).seed();
    return new SearchData(
        speciality, DataOrder.draw(all.examples(), section.versatilityRows(), seed));
  }

  /** The recipe, completed by what the rows say. */
  public Recipe recipe() {
    return speciality.recipe();
  }

  /**
   * What scores trials where the recipe names no tasks: the likelihood of held-out rows.
   *
   * @throws CofituneException of kind RECIPE where rows to score on are missing
   */
  public HeldOutScorer heldOutScorer() {
    requireRows(speciality.eval(), "held-out rows of the new domain", "val_size or eval_dataset");
    requireRows(versatility, "rows of what the model could do before", "search.versatility_data");
    return new HeldOutScorer(
        speciality.eval(),
        versatility,
        recipe().section(TrainingArguments.class).perDeviceEvalBatchSize(),
        recipe().section(SearchSection.class).specialityWeight());
  }

  /**
   * Whether candidates are forecast. Where nobody asked for it, only if there are rows to measure.
   *
   * @throws CofituneException of kind RECIPE where it is asked for without rows
   */
  boolean isForecast() {
    boolean wanted = recipe().section(SearchSettings.class).forecast();
    if (wanted && !(recipe().origin("search.forecast") instanceof Origin.Default)) {
      requireRows(versatility, "rows to forecast with", "search.versatility_data");
    }
    return wanted && !versatility.isEmpty();
  }

  private static void requireRows(List<TokenizedExample> rows, String what, String key) {
    if (rows.isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "the search has no " + what)
          .at(key)
          .expected("at least one row")
          .found("none")
          .next("set " + key)
          .build();
    }
  }
}
