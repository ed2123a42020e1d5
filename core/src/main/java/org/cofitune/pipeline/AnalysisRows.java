package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import org.cofitune.data.DataOrder;
import org.cofitune.data.ExampleSet;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.TrainingArguments;

/**
 * The rows of an analysis, each kind at least one.
 *
 * @param speciality of the new domain
 * @param versatility of what the base could do before
 */
record AnalysisRows(List<TokenizedExample> speciality, List<TokenizedExample> versatility) {
  AnalysisRows {
    speciality = List.copyOf(speciality);
    versatility = List.copyOf(versatility);
  }

  /**
   * Reads the rows in the way of the recipe.
   *
   * @throws CofituneException of kind RECIPE where nobody names any, of kind DATA for bad ones
   */
  static AnalysisRows read(AnalysisInputs inputs, Tokenizer tokenizer, ModelConfig config) {
    Recipe recipe = withSpeciality(inputs.recipe(), inputs.speciality());
    List<Path> general = versatilityFiles(inputs);
    TrainingData data = TrainingData.read(recipe, tokenizer, config);
    List<TokenizedExample> domain =
        inputs.speciality().isEmpty() ? data.eval() : data.rows().examples();
    if (domain.isEmpty()) {
      throw missing("held-out rows of the new domain", "--speciality");
    }
    ExampleSet other = TrainingData.examples(data.recipe(), general, tokenizer, config);
    long seed = recipe.section(TrainingArguments.class).seed();
    return new AnalysisRows(
        DataOrder.draw(domain, inputs.rows(), seed),
        DataOrder.draw(other.examples(), inputs.rows(), seed));
  }

  /** Rows that are named are measured all, none is trained on. */
  private static Recipe withSpeciality(Recipe recipe, List<Path> files) {
    if (!files.isEmpty()) {
      return recipe
          .withOption("dataset", files, "--speciality")
          .withOption("eval_dataset", List.of(), "--speciality")
          .withOption("replay.dataset", List.of(), "--speciality")
          .withOption("val_size", 0, "--speciality");
    }
    if (recipe.section(DatasetSection.class).dataset().isEmpty()) {
      throw missing("rows of the new domain", "--speciality");
    }
    return recipe;
  }

  private static List<Path> versatilityFiles(AnalysisInputs inputs) {
    Recipe recipe = inputs.recipe();
    for (List<Path> files :
        List.of(
            inputs.versatility(),
            recipe.section(SearchSection.class).versatilityData(),
            recipe.section(CorpusSection.class).dataset())) {
      if (!files.isEmpty()) {
        return files;
      }
    }
    throw missing("rows of what the model could do before", "--versatility");
  }

  private static CofituneException missing(String what, String option) {
    return CofituneException.of(ErrorKind.RECIPE, "the analysis has no " + what)
        .at(option)
        .expected("at least one row")
        .found("none")
        .next("name a file with " + option)
        .build();
  }
}
