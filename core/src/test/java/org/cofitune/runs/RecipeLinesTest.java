package org.cofitune.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.cofitune.pipeline.Recipe;
import org.junit.jupiter.api.Test;

final class RecipeLinesTest {
  @Test
  void everySettingOfARecipeIsReadBack() {
    Recipe recipe =
        Recipe.ofDefaults()
            .withOption("model_name_or_path", "models/a # \"b\"", "--model")
            .withOption("dataset", List.of("x # y.jsonl", "z: w"), "--data")
            .with("search.levels=[halves, quarters]");

    List<RecipeLines.Setting> settings =
        RecipeLines.read(recipe.toYaml().getBytes(StandardCharsets.UTF_8));

    assertThat(settings)
        .extracting(RecipeLines.Setting::key)
        .containsExactlyElementsOf(recipe.resolved().stream().map(Recipe.Resolved::key).toList());
    assertThat(settings)
        .extracting(RecipeLines.Setting::key, s -> s.value(), s -> s.origin())
        .contains(
            tuple("model_name_or_path", "models/a # \"b\"", "--model"),
            tuple("dataset", "[\"x # y.jsonl\",\"z: w\"]", "--data"),
            tuple("search.levels", "[\"halves\",\"quarters\"]", "--set"),
            tuple("method", "region", "default"));
  }
}
