package org.cofitune.runs;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings in the {@code recipe.yaml} that a run leaves: a key and its value in each line, and
 * behind them where the value came from.
 */
final class RecipeLines {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern LINE = Pattern.compile("( *)([A-Za-z0-9_]+):(?: (.*))?");
  private static final String ORIGIN = "# ";

  /**
   * A setting.
   *
   * @param key with the key of its section in front: {@code search.beam}
   * @param value as the recipe writes it, a text without quotes
   * @param origin {@code default}, or where it was set
   */
  record Setting(String key, String value, String origin) {}

  private RecipeLines() {}

  /** Every setting; lines of another form are left out. */
  static List<Setting> read(byte[] yaml) {
    List<Setting> settings = new ArrayList<>();
    String section = "";
    for (String line : new String(yaml, StandardCharsets.UTF_8).lines().toList()) {
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) {
        continue;
      }
      if (parts.group(3) == null) {
        section = parts.group(2) + ".";
        continue;
      }
      String key = (parts.group(1).isEmpty() ? "" : section) + parts.group(2);
      settings.add(setting(key, parts.group(3)));
    }
    return settings;
  }

  private static Setting setting(String key, String rest) {
    int end = valueEnd(rest);
    String value = rest.substring(0, end).strip();
    int origin = rest.indexOf(ORIGIN, end);
    return new Setting(
        key,
        value.startsWith("\"") ? unquoted(value) : value,
        origin < 0 ? "" : rest.substring(origin + ORIGIN.length()));
  }

  /** Where the value ends: it may itself hold what looks like the beginning of a comment. */
  private static int valueEnd(String rest) {
    if (rest.startsWith("\"") || rest.startsWith("[") || rest.startsWith("{")) {
      try (JsonParser parser = JSON.createParser(rest)) {
        TreeNode value = parser.readValueAsTree();
        return value == null ? 0 : (int) parser.currentLocation().getCharOffset();
      } catch (IOException e) {
        return rest.length();
      }
    }
    int blank = rest.indexOf(' ');
    return blank < 0 ? rest.length() : blank;
  }

  private static String unquoted(String value) {
    try {
      return JSON.readTree(value).asText();
    } catch (IOException e) {
      return value;
    }
  }
}
