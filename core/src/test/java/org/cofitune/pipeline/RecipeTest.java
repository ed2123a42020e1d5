package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipeTest {
  enum Schedule {
    COSINE,
    CONSTANT_WITH_WARMUP
  }

  record Training(
      double learningRate,
      int maxSteps,
      boolean shuffle,
      Schedule lrSchedulerType,
      List<Path> dataset,
      @Nullable String template) {
    Training {
      if (!(learningRate > 0)) {
        throw CofituneException.of(ErrorKind.RECIPE, "learns nothing")
            .at("learning_rate")
            .expected("a number above 0")
            .found(learningRate)
            .build();
      }
    }
  }

  record Mask(String target, List<Task> tasks) {}

  record Task(String name, int shots) {}

  private static final Training DEFAULTS =
      new Training(4e-5, -1, true, Schedule.COSINE, List.of(), null);
  private static final List<RecipeSection<?>> SCHEMA =
      List.of(
          new RecipeSection<>("", DEFAULTS),
          new RecipeSection<>("soft_mask", new Mask("update", List.of())));

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "'dataset: [a.jsonl, null]', dataset",
    "'compare: {learning_rates: [null, 1.0e-3]}', compare.learning_rates",
    "'compare: {methods: [null]}', compare.methods",
    "'compare: {methods: [{name: x, learning_rates: [null]}]}', compare.methods",
  })
  void nothingInAListIsRefusedWhereItStands(String yaml, String key) throws IOException {
    Path file = Files.writeString(directory.resolve("recipe.yaml"), yaml);

    assertThatThrownBy(() -> Recipe.ofFile(file))
        .isInstanceOf(CofituneException.class)
        .hasMessageStartingWith(file + ":1: " + key)
        .hasMessageContaining("null");
  }

  @Test
  void whatNobodySetIsTheDefault() {
    Recipe recipe = Recipe.ofDefaults(SCHEMA);

    assertThat(recipe.section(Training.class)).isEqualTo(DEFAULTS);
    assertThat(recipe.origin("learning_rate")).hasToString("default");
  }

  @Test
  void yamlAndJsonFillTheSameRecord() throws IOException {
    Recipe yaml =
        read(
            "recipe.yaml",
            """
            # how an old colleague writes numbers
            learning_rate: 2e-5
            max_steps: 10
            shuffle: false
            lr_scheduler_type: constant_with_warmup
            dataset: [a.jsonl, 2024]
            template: null
            soft_mask:
              target: gradient
              tasks:
                - {name: arc, shots: 5}
            """);
    Recipe json =
        read(
            "recipe.json",
            """
            {"learning_rate": 2e-5, "max_steps": 10, "shuffle": false,
             "lr_scheduler_type": "constant_with_warmup", "dataset": ["a.jsonl", "2024"],
             "soft_mask": {"target": "gradient", "tasks": [{"name": "arc", "shots": 5}]}}
            """);

    assertThat(yaml.section(Training.class))
        .isEqualTo(
            new Training(
                2e-5,
                10,
                false,
                Schedule.CONSTANT_WITH_WARMUP,
                List.of(Path.of("a.jsonl"), Path.of("2024")),
                null))
        .isEqualTo(json.section(Training.class));
    assertThat(yaml.section(Mask.class))
        .isEqualTo(new Mask("gradient", List.of(new Task("arc", 5))))
        .isEqualTo(json.section(Mask.class));
  }

  @Test
  void laterSettingsStandOverEarlierOnesAndEachKnowsItsOrigin() throws IOException {
    Recipe recipe =
        read("recipe.yaml", "learning_rate: 1\nmax_steps: 2\nsoft_mask:\n  target: gradient\n")
            .withOption("dataset", List.of("b.jsonl"), "--data")
            .with("max_steps=3");

    assertThat(recipe.section(Training.class))
        .isEqualTo(new Training(1, 3, true, Schedule.COSINE, List.of(Path.of("b.jsonl")), null));
    assertThat(recipe.origin("learning_rate")).hasToString(file("recipe.yaml") + ":1");
    assertThat(recipe.origin("soft_mask.target")).hasToString(file("recipe.yaml") + ":4");
    assertThat(recipe.origin("dataset")).hasToString("--data");
    assertThat(recipe.origin("max_steps")).hasToString("--set");
    assertThat(recipe.with("max_steps=null").origin("max_steps")).hasToString("default");
  }

  @Test
  void anUnknownKeyIsRefusedWithLineAndNearestKey() {
    refusing("max_steps: 1\nleraning_rate: 1e-5\n")
        .hasMessage(
            file("recipe.yaml") + ":2: unknown key \"leraning_rate\"; did you mean learning_rate?");
    refusing("soft_mask:\n  targte: update\n")
        .hasMessage(
            file("recipe.yaml")
                + ":2: unknown key \"soft_mask.targte\"; did you mean soft_mask.target?");
    refusing("soft_mask:\n  tasks:\n  - name: a\n    shots: 1\n    shot: 1\n")
        .hasMessage(
            file("recipe.yaml")
                + ":5: soft_mask.tasks[0].shot: unknown key: expected name, shots;"
                + " did you mean shots?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_steps: ten              | 'expected a whole number, found \"ten\"'",
        "max_steps: 1.5              | 'expected a whole number, found \"1.5\"'",
        "max_steps: ''               | 'expected a whole number, found \"\"'",
        "max_steps: 99999999999      | 'expected a whole number, found \"99999999999\"'",
        "learning_rate: fast         | 'expected a number, found \"fast\"'",
        "learning_rate: [1]          | 'expected a number, found [\"1\"]'",
        "shuffle: yes                | 'expected true or false, found \"yes\"'",
        "lr_scheduler_type: cosines  | 'expected one of cosine, constant_with_warmup, found'",
        "template: {a: b}            | 'expected text, found {\"a\":\"b\"}'",
      })
  void aValueOfTheWrongTypeIsRefusedWithLineKeyAndType(String line, String message) {
    refusing("# first\n" + line + "\n")
        .hasMessageStartingWith(file("recipe.yaml") + ":2: " + line.substring(0, line.indexOf(':')))
        .hasMessageContaining(message);
  }

  @Test
  void aValueOutOfRangeIsRefusedWhereItWasSet() throws IOException {
    refusing("\nlearning_rate: -1\n")
        .hasMessage(
            file("recipe.yaml")
                + ":2: learning_rate: learns nothing: expected a number above 0, found -1.0");
    Recipe recipe = read("recipe.yaml", "learning_rate: 1");
    assertThatThrownBy(() -> recipe.with("learning_rate=NaN"))
        .hasMessageStartingWith("--set: learning_rate: learns nothing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "template: &a [x]                  | an anchor (&a)",
        "template: *a                      | an alias (*a)",
        "template: !!java.net.URL x        | a tag",
        "max_steps: 1\\nmax_steps: 2       | \"max_steps\" twice",
        "max_steps: 1\\n---\\nmax_steps: 2 | a second document",
        "- max_steps                       | a list",
        "max_steps                         | \"max_steps\"",
        "soft_mask: update                 | \"update\"",
        "template: 'open                   | cannot be read",
      })
  void whatARecipeHasNoUseForIsRefusedByLine(String text, String found) {
    refusing(text.replace("\\n", "\n"))
        .hasMessageStartingWith(file("recipe.yaml") + ":")
        .hasMessageContaining(found);
  }

  @Test
  void deepAndHugeRecipesAreRefused() {
    refusing("template: " + "[".repeat(30) + "]".repeat(30))
        .hasMessageContaining("nesting deeper than 16");
    refusing("#" + "x".repeat(1 << 20)).hasMessageContaining("too large for a recipe");
  }

  @Test
  void aMissingRecipeIsNamed() {
    assertThatThrownBy(() -> Recipe.ofFile(file("absent.yaml")))
        .isInstanceOf(CofituneException.class)
        .hasMessage(file("absent.yaml") + ": recipe not found; name a YAML or JSON file");
  }

  @Test
  void aSettingWithoutAValueIsRefused() {
    assertThatThrownBy(() -> Recipe.ofDefaults(SCHEMA).with("max_steps"))
        .hasMessageStartingWith("--set max_steps: no setting: expected key=value");
  }

  @Test
  void missingKeysAreNamedTogether() {
    assertThatThrownBy(() -> Recipe.ofDefaults(SCHEMA).require("train", "dataset", "template"))
        .hasMessageStartingWith("train needs a value for dataset, template; ");
    assertThat(Recipe.ofDefaults(SCHEMA).with("template=x").require("train", "template"))
        .isNotNull();
  }

  @Test
  void theResolvedRecipeReadsBackToTheSameValues() throws IOException {
    Recipe recipe =
        read("recipe.yaml", "learning_rate: 3.3e-6\nsoft_mask: {tasks: [{name: 'a: b', shots: 2}]}")
            .with("template=no")
            .withOption("dataset", List.of("with space.jsonl", "#x"), "--data");

    String yaml = recipe.toYaml();

    assertThat(yaml)
        .containsPattern("(?m)^learning_rate: 3.3E-6 +# .*recipe.yaml:1$")
        .containsPattern("(?m)^max_steps: -1 +# default$")
        .containsPattern("(?m)^soft_mask:\n  target: update +# default$");
    Recipe again = read("again.yaml", yaml);
    assertThat(again.section(Training.class)).isEqualTo(recipe.section(Training.class));
    assertThat(again.section(Mask.class)).isEqualTo(recipe.section(Mask.class));
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refusing(String text) {
    return assertThatThrownBy(() -> read("recipe.yaml", text))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE));
  }

  private Recipe read(String name, String text) throws IOException {
    return Recipe.ofDefaults(SCHEMA).withFile(Files.writeString(file(name), text));
  }

  private Path file(String name) {
    return directory.resolve(name);
  }
}
