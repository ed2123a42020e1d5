package org.cofitune.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;

/** Writes a resolved recipe, each value with its origin in a comment. */
final class RecipeYaml {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int ORIGIN_COLUMN = 48;

  private RecipeYaml() {}

  /** A value on one line. JSON is YAML's flow style, so every value reads back as it was. */
  static String flow(JsonNode value) {
    if (value.isTextual() && value.asText().matches("[A-Za-z_./][A-Za-z0-9_./-]*")) {
      return isWordOfYaml(value.asText()) ? "\"" + value.asText() + "\"" : value.asText();
    }
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  static String document(List<Recipe.Resolved> resolved) {
    StringBuilder text = new StringBuilder();
    String section = "";
    for (Recipe.Resolved value : resolved) {
      int dot = value.key().lastIndexOf('.');
      String itsSection = value.key().substring(0, Math.max(dot, 0));
      if (!itsSection.equals(section) && !itsSection.isEmpty()) {
        text.append(itsSection).append(":\n");
      }
      section = itsSection;
      String line =
          "%s%s: %s"
              .formatted(
                  section.isEmpty() ? "" : "  ", value.key().substring(dot + 1), value.value());
      text.append(line)
          .append(" ".repeat(Math.max(1, ORIGIN_COLUMN - line.length())))
          .append("# ")
          .append(value.origin().toString().replaceAll("\\p{Cntrl}", "?"))
          .append('\n');
    }
    return text.toString();
  }

  private static boolean isWordOfYaml(String text) {
    return text.matches("(?i)true|false|null|yes|no|on|off|y|n|\\.nan|[-+.]?\\.?inf");
  }
}
