package org.cofitune.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Keeps docs/recipes.md to what the records say. Run with {@code -Dcofitune.writeDocs=true} to
 * write it anew.
 */
final class RecipeReferenceTest {
  private static final Path REFERENCE = Path.of("..", "docs", "recipes.md");
  private static final String START = "<!-- keys: made from the records' Javadoc -->\n";
  private static final String END = "<!-- end of keys -->\n";

  @Test
  void theReferenceListsEveryKeyWithItsDefaultAndSentence() throws IOException {
    String written = Files.readString(REFERENCE);
    int start = written.indexOf(START) + START.length();
    int end = written.indexOf(END);
    assertThat(written).contains(START, END);
    String expected = written.substring(0, start) + keys() + written.substring(end);

    if (Boolean.getBoolean("cofitune.writeDocs")) {
      Files.writeString(REFERENCE, expected);
    }
    assertThat(Files.readString(REFERENCE))
        .as(
            "docs/recipes.md is behind the records; write it with: mvn -pl core test"
                + " -Dtest=RecipeReferenceTest -Dcofitune.writeDocs=true")
        .isEqualTo(expected);
  }

  @Test
  void keysThatStandInTwoSectionsHaveOneDefault() {
    Map<String, String> defaults = new TreeMap<>();
    for (Recipe.Resolved value : Recipe.ofDefaults().resolved()) {
      assertThat(defaults.put(value.key(), value.value())).as(value.key()).isNull();
    }
  }

  private static String keys() throws IOException {
    StringBuilder table = new StringBuilder();
    Map<String, String> seen = new TreeMap<>();
    for (RecipeSection<?> section : RecipeSections.ALL) {
      RecordJavadoc javadoc = RecordJavadoc.read(section.type());
      ObjectNode defaults = SectionBinder.tree(section.defaults());
      table.append("\n### ");
      table.append(
          section.prefix().isEmpty()
              ? javadoc.summary()
              : "`" + section.prefix() + "`: " + javadoc.summary());
      table.append("\n\n| key | default | what it says |\n|---|---|---|\n");
      for (RecipeSection.Key key : section.keys()) {
        if (seen.put(key.full(), section.type().getName()) == null) {
          String value = RecipeYaml.flow(defaults.get(key.name()));
          String sentence = javadoc.parameter(key.component());
          assertThat(sentence).as("@param %s of %s", key.component(), section.type()).isNotEmpty();
          table.append(
              "| `%s` | %s | %s |\n"
                  .formatted(
                      key.full(),
                      value.equals("null") ? "" : "`" + value + "`",
                      sentence + choices(key)));
        }
      }
    }
    return table.append('\n').toString();
  }

  private static String choices(RecipeSection.Key key) {
    return key.type().isEnum() ? ": " + key.expected() : "";
  }
}
