package org.cofitune.store;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * What the JSON of a safetensors header says, before it is held against the file.
 *
 * @param tensors in the order of the header; offsets count from the end of the header
 * @param metadata the text of {@code __metadata__}
 */
record HeaderJson(List<TensorEntry> tensors, Map<String, String> metadata) {
  private static final String METADATA = "__metadata__";

  static HeaderJson parse(Path file, byte[] json) {
    if (json.length == 0 || json[0] != '{') {
      throw new Reader(file).malformed("header does not begin with {", null);
    }
    try (JsonParser parser = StrictJson.parser(json)) {
      return new Reader(file).header(parser);
    } catch (JsonProcessingException e) {
      String where =
          e.getLocation() == null ? "" : " at character " + e.getLocation().getCharOffset();
      throw new Reader(file)
          .malformed("header is not valid JSON" + where + ", " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new Reader(file).malformed("header is not valid UTF-8", e);
    }
  }

  /** Walks the tokens of one header; knows the file for its messages. */
  private record Reader(Path file) {
    HeaderJson header(JsonParser parser) throws IOException {
      List<TensorEntry> tensors = new ArrayList<>();
      Map<String, String> metadata = Map.of();
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals(METADATA)) {
          metadata = metadata(parser);
        } else if (tensors.size() < SafetensorsHeader.MAX_TENSORS) {
          tensors.add(tensor(name, parser));
        } else {
          throw malformed("more than " + SafetensorsHeader.MAX_TENSORS + " tensors", null);
        }
      }
      if (parser.nextToken() != null) {
        throw malformed("header continues after its closing }", null);
      }
      return new HeaderJson(tensors, metadata);
    }

    private Map<String, String> metadata(JsonParser parser) throws IOException {
      if (!parser.hasToken(JsonToken.START_OBJECT)) {
        throw refused(METADATA, "is malformed", "an object", found(parser));
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          throw refused(METADATA + "." + key, "is malformed", "a string", found(parser));
        }
        metadata.put(key, parser.getText());
      }
      return metadata;
    }

    private TensorEntry tensor(String name, JsonParser parser) throws IOException {
      if (!parser.hasToken(JsonToken.START_OBJECT)) {
        throw refused(name, "is malformed", "an object", found(parser));
      }
      StoredType type = null;
      List<Long> shape = null;
      List<Long> offsets = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "dtype" -> type = type(name, parser);
          case "shape" -> shape = sizes(name, key, SafetensorsHeader.MAX_DIMENSIONS, parser);
          case "data_offsets" -> offsets = sizes(name, key, 2, parser);
          default ->
              throw refused(
                  name, "has an unknown key", "dtype, shape and data_offsets", Excerpt.quoted(key));
        }
      }
      if (type == null || shape == null || offsets == null) {
        throw refused(
            name,
            "is incomplete",
            "dtype, shape and data_offsets",
            "no " + (type == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
      }
      if (offsets.size() != 2) {
        throw refused(name, "has malformed data_offsets", "[begin, end]", offsets.toString());
      }
      return new TensorEntry(name, type, shape, offsets.get(0), offsets.get(1));
    }

    private StoredType type(String name, JsonParser parser) throws IOException {
      if (!parser.hasToken(JsonToken.VALUE_STRING)) {
        throw refused(name, "has a malformed dtype", "a string", found(parser));
      }
      String dtype = parser.getText();
      Optional<StoredType> type = StoredType.named(dtype);
      if (type.isEmpty()) {
        throw refused(
            name,
            "has an unsupported dtype",
            "one of " + StoredType.names(),
            Excerpt.quoted(dtype),
            "convert the checkpoint to BF16, F16 or F32");
      }
      return type.get();
    }

    private List<Long> sizes(String name, String key, int atMost, JsonParser parser)
        throws IOException {
      if (!parser.hasToken(JsonToken.START_ARRAY)) {
        throw refused(name, "has a malformed " + key, "a list of integers", found(parser));
      }
      List<Long> sizes = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (sizes.size() == atMost) {
          throw refused(name, "has a malformed " + key, "at most " + atMost + " numbers", "more");
        }
        if (!parser.hasToken(JsonToken.VALUE_NUMBER_INT)
            || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
            || parser.getLongValue() < 0) {
          throw refused(name, "has a malformed " + key, "integers from 0 to 2^63-1", found(parser));
        }
        sizes.add(parser.getLongValue());
      }
      return sizes;
    }

    private static String found(JsonParser parser) throws IOException {
      JsonToken token = parser.currentToken();
      if (token == null) {
        return "the end of the header";
      }
      return token.isStructStart() || token.isStructEnd()
          ? token.asString()
          : Excerpt.quoted(parser.getText());
    }

    CofituneException malformed(String what, @Nullable Throwable cause) {
      CofituneException.Builder error =
          CofituneException.of(ErrorKind.FORMAT, "malformed safetensors header, " + what)
              .at(file)
              .next("check that this is a safetensors file and download or write it again");
      return cause == null ? error.build() : error.cause(cause).build();
    }

    private CofituneException refused(String name, String what, String expected, String found) {
      return refused(name, what, expected, found, "download or write the file again");
    }

    private CofituneException refused(
        String name, String what, String expected, String found, String next) {
      return CofituneException.of(ErrorKind.FORMAT, "tensor " + Excerpt.quoted(name) + " " + what)
          .at(file)
          .expected(expected)
          .found(found)
          .next(next)
          .build();
    }
  }
}
