package org.cofitune.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Reads YAML or JSON text into a tree whose scalars are text, and notes the line of every part.
 *
 * <p>Anchors, aliases, and tags are refused: a recipe says each thing once, where it is read, and
 * cannot grow while it is parsed.
 */
final class RecipeParser {
  private static final int DEEPEST = 16;
  private static final YAMLFactory YAML = new YAMLFactory();
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonParser parser;
  private final Object place;
  private final Map<String, Integer> lines = new TreeMap<>();

  private RecipeParser(JsonParser parser, Object place) {
    this.parser = parser;
    this.place = place;
  }

  /** A tree and the 1-based lines of its parts, by path: {@code tasks[0].name}. */
  record Parsed(JsonNode root, Map<String, Integer> lines) {}

  /**
   * Parses a whole text.
   *
   * @param place stands in front of errors, followed by the line
   */
  static Parsed parse(String text, Object place) {
    JsonFactory factory = place.toString().toLowerCase(Locale.ROOT).endsWith(".json") ? JSON : YAML;
    try (JsonParser parser = factory.createParser(text)) {
      RecipeParser reading = new RecipeParser(parser, place);
      JsonNode root =
          parser.nextToken() == null ? JsonNodeFactory.instance.objectNode() : reading.value("", 0);
      if (parser.nextToken() != null) {
        throw reading.refused("a second document", "one document");
      }
      return new Parsed(root, reading.lines);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw CofituneException.of(ErrorKind.RECIPE, "cannot be read: " + firstLine(e))
          .at(place + ":" + line)
          .cause(e)
          .build();
    } catch (IOException e) {
      throw new IllegalStateException("text in memory cannot fail to be read", e);
    }
  }

  private JsonNode value(String path, int depth) throws IOException {
    lines.put(path, parser.currentTokenLocation().getLineNr());
    refuseReferences();
    if (depth > DEEPEST) {
      throw refused("nesting deeper than " + DEEPEST, "a flat list of keys");
    }
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> object(path, depth);
      case START_ARRAY -> array(path, depth);
      case VALUE_NULL -> JsonNodeFactory.instance.nullNode();
      default -> JsonNodeFactory.instance.textNode(parser.getText());
    };
  }

  private ObjectNode object(String path, int depth) throws IOException {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      refuseReferences();
      String name = parser.currentName();
      String child = path.isEmpty() ? name : path + "." + name;
      if (node.has(name)) {
        throw refused("\"" + child + "\" twice", "each key once");
      }
      int line = parser.currentTokenLocation().getLineNr();
      parser.nextToken();
      node.set(name, value(child, depth + 1));
      lines.put(child, line);
    }
    return node;
  }

  private ArrayNode array(String path, int depth) throws IOException {
    ArrayNode node = JsonNodeFactory.instance.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      node.add(value(path + "[" + node.size() + "]", depth + 1));
    }
    return node;
  }

  private void refuseReferences() throws IOException {
    if (parser instanceof YAMLParser yaml) {
      if (yaml.isCurrentAlias()) {
        throw refused("an alias (*" + yaml.getText() + ")", "the value itself");
      }
      if (yaml.getObjectId() != null) {
        throw refused("an anchor (&" + yaml.getObjectId() + ")", "the value alone");
      }
      if (yaml.getTypeId() != null) {
        throw refused("a tag (!" + yaml.getTypeId() + ")", "the value alone");
      }
    }
  }

  private CofituneException refused(String found, String expected) {
    return CofituneException.of(ErrorKind.RECIPE, "not allowed in a recipe")
        .at(place + ":" + parser.currentTokenLocation().getLineNr())
        .expected(expected)
        .found(found)
        .build();
  }

  private static String firstLine(JsonProcessingException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("malformed");
  }
}
