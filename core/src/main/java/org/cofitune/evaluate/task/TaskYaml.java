package org.cofitune.evaluate.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Reads the mappings of a YAML file, one or more: {@code ---} documents, or a list of them.
 *
 * <p>A task file is data: tags such as {@code !function}, which would name code to run, and anchors
 * and aliases, which could grow without end, are refused.
 */
final class TaskYaml {
  private static final int DEEPEST = 32;
  private static final long MAX_BYTES = 4L << 20;
  private static final YAMLFactory YAML = new YAMLFactory();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final YAMLParser parser;
  private final Path file;
  private Map<String, String> places = new HashMap<>();

  private TaskYaml(YAMLParser parser, Path file) {
    this.parser = parser;
    this.file = file;
  }

  /**
   * A mapping of the file.
   *
   * @param places {@code file:line} of every key, by path: {@code metric_list[0].metric}
   */
  record Mapping(ObjectNode root, Map<String, String> places) {}

  /** Reads every mapping of a file. */
  static List<Mapping> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw CofituneException.of(ErrorKind.RECIPE, "no such task file")
          .at(file)
          .next("check the path")
          .build();
    }
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw CofituneException.of(ErrorKind.RECIPE, "task file is too large")
            .at(file)
            .expected("at most " + MAX_BYTES + " bytes")
            .build();
      }
      try (YAMLParser parser = YAML.createParser(Files.readString(file))) {
        return new TaskYaml(parser, file).mappings();
      }
    } catch (JsonProcessingException e) {
      throw CofituneException.of(ErrorKind.RECIPE, "not valid YAML")
          .at(file + ":" + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()))
          .found(e.getOriginalMessage().lines().findFirst().orElse("malformed"))
          .cause(e)
          .build();
    } catch (IOException e) {
      throw CofituneException.of(ErrorKind.RECIPE, "task file cannot be read as UTF-8 text")
          .at(file)
          .cause(e)
          .build();
    }
  }

  private List<Mapping> mappings() throws IOException {
    List<Mapping> mappings = new ArrayList<>();
    while (parser.nextToken() != null) {
      if (parser.currentToken() == JsonToken.START_ARRAY) {
        refuseReferences();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          mappings.add(mapping());
        }
      } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
        mappings.add(mapping());
      }
    }
    return mappings;
  }

  private Mapping mapping() throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw refused("not a task", "key: value lines", "\"" + parser.getText() + "\"");
    }
    places = new HashMap<>();
    ObjectNode root = (ObjectNode) value("", 0);
    return new Mapping(root, places);
  }

  private JsonNode value(String path, int depth) throws IOException {
    places.putIfAbsent(path, place());
    refuseReferences();
    if (depth > DEEPEST) {
      throw refused("nests too deeply", "at most " + DEEPEST + " levels", "more");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(path, depth);
      case START_ARRAY -> array(path, depth);
      case VALUE_NULL -> NODES.nullNode();
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      default -> NODES.textNode(parser.getText());
    };
  }

  private ObjectNode object(String path, int depth) throws IOException {
    ObjectNode node = NODES.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      refuseReferences();
      String name = parser.currentName();
      String child = path.isEmpty() ? name : path + "." + name;
      if (node.has(name)) {
        throw refused("a key is there twice", "each key once", child);
      }
      places.put(child, place());
      parser.nextToken();
      node.set(name, value(child, depth + 1));
    }
    return node;
  }

  private ArrayNode array(String path, int depth) throws IOException {
    ArrayNode node = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      node.add(value(path + "[" + node.size() + "]", depth + 1));
    }
    return node;
  }

  private void refuseReferences() throws IOException {
    if (parser.isCurrentAlias() || parser.getObjectId() != null) {
      throw refused("YAML anchors and aliases are not read", "the value itself", parser.getText());
    }
    if (parser.getTypeId() != null) {
      throw CofituneException.of(
              ErrorKind.RECIPE, "a task file is data, code in it is never run or loaded")
          .at(place())
          .found("!" + parser.getTypeId())
          .next("write the field as a Jinja template or a column's name")
          .build();
    }
  }

  private CofituneException refused(String what, String expected, String found) {
    return CofituneException.of(ErrorKind.RECIPE, what)
        .at(place())
        .expected(expected)
        .found(found)
        .build();
  }

  private String place() {
    return file + ":" + parser.currentTokenLocation().getLineNr();
  }
}
