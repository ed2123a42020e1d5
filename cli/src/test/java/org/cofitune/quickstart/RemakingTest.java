package org.cofitune.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.RunSection;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RemakingTest {
  @TempDir static Path temporary;
  private static Path folder;

  @BeforeAll
  static void write() {
    Engine.start(EngineOptions.defaults());
    folder = temporary.resolve("remake");
    Remaking.write(folder);
  }

  @Test
  void theRecipeTrainsTheUntrainedModel() {
    Recipe recipe = Recipe.ofFile(folder.resolve("recipe.yaml"));
    assertThat(recipe.section(RunSection.class).modelNameOrPath())
        .isEqualTo(folder.resolve("untrained"));
  }

  @Test
  void noRowIsLongerThanTheContext() throws IOException {
    assertThat(rows())
        .allSatisfy(
            row -> {
              assertThat(row.get("input_ids").size())
                  .isBetween(1, UntrainedModel.BUNDLED.contextLength());
              assertThat(row.get("labels")).hasSameSizeAs(row.get("input_ids"));
            });
  }

  @Test
  void questionsAreNotSupervisedAndAnswersAre() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("untrained"))) {
      JsonNode row = rows().get(0);
      String supervised = tokenizer.decode(ids(row, true), false);
      String all = tokenizer.decode(ids(row, false), false);
      assertThat(all).contains("Sort ").contains("</s>");
      assertThat(supervised).contains("</s>").doesNotContain("Sort ").doesNotContain("<s>");
    }
  }

  @Test
  void theTokenizerGivesEveryTextBack() {
    try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("untrained"))) {
      for (Ability ability : Abilities.all()) {
        for (Item item : ability.distinct(Part.TEST, 30, new Random(2))) {
          item.row()
              .forEach(
                  text ->
                      assertThat(tokenizer.decode(tokenizer.encode(text.asText(), false), false))
                          .isEqualTo(text.asText()));
        }
      }
      String foreign = "Käse für 3 €, 奶酪";
      assertThat(tokenizer.decode(tokenizer.encode(foreign, false), false)).isEqualTo(foreign);
    }
  }

  @Test
  void aWordThatTheModelKnowsIsOneTokenAndAMadeUpOneIsNot() {
    try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("untrained"))) {
      String town = World.known().towns().get(0).name();
      assertThat(tokenizer.encode(town, false)).hasSize(1);
      assertThat(tokenizer.encode("kozu", false)).hasSize(4);
    }
  }

  @Test
  void theBundledModelHasTheTokenizerThatIsWritten() throws IOException {
    BundledModel.unpack(temporary.resolve("bundled"));
    for (String name : List.of("tokenizer.json", "tokenizer_config.json", "config.json")) {
      assertThat(temporary.resolve("bundled").resolve(name))
          .hasSameTextualContentAs(folder.resolve("untrained").resolve(name));
    }
  }

  private static List<JsonNode> rows() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (Stream<String> lines = Files.lines(folder.resolve("corpus.jsonl"))) {
      return lines.limit(100).map(line -> read(mapper, line)).toList();
    }
  }

  private static JsonNode read(ObjectMapper mapper, String line) {
    try {
      return mapper.readTree(line);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int[] ids(JsonNode row, boolean supervised) {
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < row.get("input_ids").size(); i++) {
      if (!supervised || row.get("labels").get(i).asInt() >= 0) {
        ids.add(row.get("input_ids").get(i).asInt());
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
