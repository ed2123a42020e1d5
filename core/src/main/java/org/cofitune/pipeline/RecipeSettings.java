package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Turns recipes and {@code key=value} words into settings with full keys. */
final class RecipeSettings {
  private static final long LARGEST = 1 << 20;

  private RecipeSettings() {}

  /**
   * Reads a recipe.
   *
   * @param prefixes names of the sections that stand as an object in a recipe
   */
  static List<Setting> ofFile(Path file, Collection<String> prefixes) {
    RecipeParser.Parsed parsed = RecipeParser.parse(text(file), file);
    List<Setting> settings = new ArrayList<>();
    flatten("", parsed.root(), parsed.lines(), file, prefixes, settings);
    return settings;
  }

  /** Reads the {@code key=value} of a {@code --set}; a value in brackets is a list or an object. */
  static Setting ofWord(String word) {
    String place = "--set " + word;
    int equals = word.indexOf('=');
    if (equals < 1) {
      throw CofituneException.of(ErrorKind.RECIPE, "no setting")
          .at(place)
          .expected("key=value")
          .next("for example --set learning_rate=2e-5")
          .build();
    }
    String text = word.substring(equals + 1).strip();
    JsonNode value;
    if (text.startsWith("[") || text.startsWith("{")) {
      value = RecipeParser.parse(text, place).root();
    } else if (text.equals("null")) {
      value = JsonNodeFactory.instance.nullNode();
    } else {
      value = JsonNodeFactory.instance.textNode(text);
    }
    return new Setting(
        word.substring(0, equals).strip(), value, new Origin.Option("--set"), Map.of());
  }

  /** A value from elsewhere; a list stands for a list. */
  static Setting of(String key, Object value, Origin origin) {
    JsonNode node;
    if (value instanceof Collection<?> values) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      values.forEach(element -> array.add(element.toString()));
      node = array;
    } else {
      node = JsonNodeFactory.instance.textNode(value.toString());
    }
    return new Setting(key, node, origin, Map.of());
  }

  /**
   * Keys of a tree, those of a section in an object or with its name and a dot in front.
   *
   * @param origins where the key of that name in the tree was given
   */
  static List<Setting> ofTree(
      ObjectNode tree, Collection<String> prefixes, Function<String, Origin> origins) {
    List<Setting> settings = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      String name = field.getKey();
      if (prefixes.contains(name) && field.getValue() instanceof ObjectNode section) {
        for (Map.Entry<String, JsonNode> part : section.properties()) {
          String key = name + "." + part.getKey();
          settings.add(new Setting(key, part.getValue(), origins.apply(key), Map.of()));
        }
      } else {
        settings.add(new Setting(name, field.getValue(), origins.apply(name), Map.of()));
      }
    }
    return settings;
  }

  private static void flatten(
      String path,
      JsonNode node,
      Map<String, Integer> lines,
      Path file,
      Collection<String> prefixes,
      List<Setting> settings) {
    if (!node.isObject()) {
      throw CofituneException.of(ErrorKind.RECIPE, "not a set of keys")
          .at(file + ":" + lines.get(path) + (path.isEmpty() ? "" : ": " + path))
          .expected("lines of the form key: value")
          .found(
              node.isNull() ? "nothing" : node.isArray() ? "a list" : "\"" + node.asText() + "\"")
          .build();
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
      if (prefixes.contains(key)) {
        if (!field.getValue().isNull()) {
          flatten(key, field.getValue(), lines, file, prefixes, settings);
        }
      } else {
        Origin origin = new Origin.RecipeLine(file, lines.get(key));
        settings.add(new Setting(key, field.getValue(), origin, partsOf(key, lines)));
      }
    }
  }

  private static Map<String, Integer> partsOf(String key, Map<String, Integer> lines) {
    Map<String, Integer> parts = new TreeMap<>();
    lines.forEach(
        (path, line) -> {
          if (path.startsWith(key + "[") || path.startsWith(key + ".")) {
            parts.put(path.substring(key.length()), line);
          }
        });
    return parts;
  }

  private static String text(Path file) {
    try {
      if (Files.isRegularFile(file) && Files.size(file) > LARGEST) {
        throw CofituneException.of(ErrorKind.RECIPE, "too large for a recipe")
            .at(file)
            .expected("at most " + LARGEST + " bytes")
            .found(Files.size(file))
            .build();
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "recipe not found", e);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "recipe is not UTF-8 text", e);
    } catch (IOException e) {
      throw unreadable(file, "recipe cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static CofituneException unreadable(Path file, String what, IOException cause) {
    return CofituneException.of(ErrorKind.RECIPE, what)
        .at(file)
        .next("name a YAML or JSON file")
        .cause(cause)
        .build();
  }
}
