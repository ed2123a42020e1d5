package org.cofitune.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cofitune.pipeline.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A recipe, and the options that stand for the keys people set most. */
final class RecipeOptions {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "recipe.yaml",
      description = "YAML or JSON recipe; every key is in docs/recipes.md.")
  private @Nullable Path recipe;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Hugging Face checkpoint (model_name_or_path).")
  private @Nullable Path model;

  @Option(
      names = "--data",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files of rows, JSON Lines or JSON (dataset; of importance, its own dataset).")
  private @Nullable List<Path> data;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any key of a recipe; stands over the recipe and may be repeated.")
  private @Nullable List<String> settings;

  private final String dataKey;

  /** Options of a command whose {@code --data} are the rows to train on. */
  RecipeOptions() {
    this("dataset");
  }

  /** Options of a command whose {@code --data} is another key of the recipe. */
  RecipeOptions(String dataKey) {
    this.dataKey = dataKey;
  }

  /** The recipe, these options over it, and {@code --set} over all. */
  Recipe resolve() {
    return resolve(recipe -> recipe);
  }

  /**
   * The recipe, these options over it, and {@code --set} over all.
   *
   * @param others sets what the other options of a command stand for
   */
  Recipe resolve(UnaryOperator<Recipe> others) {
    Recipe resolved = recipe == null ? Recipe.ofDefaults() : Recipe.ofFile(recipe);
    if (model != null) {
      resolved = resolved.withOption("model_name_or_path", model, "--model");
    }
    if (data != null) {
      resolved = resolved.withOption(dataKey, data, "--data");
    }
    resolved = others.apply(resolved);
    if (settings != null) {
      for (String setting : settings) {
        resolved = resolved.with(setting);
      }
    }
    return resolved;
  }
}
