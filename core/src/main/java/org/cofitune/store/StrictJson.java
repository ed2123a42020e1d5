package org.cofitune.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * JSON files of a checkpoint or a run, read without leniency: UTF-8 only, no duplicate keys,
 * nothing behind the value, bounds on file size, nesting and string length.
 */
public final class StrictJson {
  /** The largest file that {@link #readObject} takes, in bytes. */
  public static final long MAX_BYTES = 64L << 20;

  /** The deepest nesting accepted. */
  public static final int MAX_DEPTH = 100;

  /** The longest string accepted, in characters. */
  public static final int MAX_STRING = 16 << 20;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING)
                  .build())
          .build();

  private static final ObjectMapper MAPPER =
      new ObjectMapper(FACTORY)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private StrictJson() {}

  /**
   * Reads a file that holds one JSON object.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) naming file, line and column
   */
  public static ObjectNode readObject(Path file) {
    return readObject(file, BoundedFile.read(file, (int) MAX_BYTES));
  }

  /**
   * Reads the bytes of a file that holds one JSON object.
   *
   * @param file for messages
   * @throws CofituneException ({@link ErrorKind#FORMAT}) naming file, line and column
   */
  public static ObjectNode readObject(Path file, byte[] json) {
    JsonNode node;
    try (JsonParser parser = parser(json)) {
      node = MAPPER.readTree(parser);
      if (parser.nextToken() != null) {
        throw refused(file, "is malformed", "one JSON object", "more behind it", null);
      }
    } catch (JsonProcessingException e) {
      throw refused(file, "is not valid JSON", null, e.getOriginalMessage(), e);
    } catch (CharacterCodingException e) {
      throw refused(file, "is not valid JSON", "UTF-8", "other bytes", null);
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    String found = node == null || node.isMissingNode() ? "nothing" : node.getNodeType().toString();
    throw refused(file, "is malformed", "one JSON object", found, null);
  }

  /** A parser that refuses duplicate keys, deep nesting and malformed UTF-8. */
  static JsonParser parser(byte[] json) throws IOException {
    // Given bytes, Jackson would guess UTF-16 and UTF-32 too; a reader leaves it no choice.
    return FACTORY.createParser(
        new InputStreamReader(
            new ByteArrayInputStream(json),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  private static CofituneException refused(
      Path file,
      String what,
      @Nullable String expected,
      String found,
      @Nullable JsonProcessingException cause) {
    JsonLocation location = cause == null ? null : cause.getLocation();
    String place =
        location == null
            ? file.toString()
            : file + ":" + location.getLineNr() + ":" + location.getColumnNr();
    CofituneException.Builder error =
        CofituneException.of(ErrorKind.FORMAT, what)
            .at(place)
            .found(found)
            .next("correct the file or fetch it again");
    if (expected != null) {
      error.expected(expected);
    }
    return cause == null ? error.build() : error.cause(cause).build();
  }
}
