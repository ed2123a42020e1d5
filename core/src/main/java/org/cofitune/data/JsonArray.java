package org.cofitune.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/** One array of objects, streamed: only one row is in memory at a time. */
final class JsonArray implements JsonRows {
  private static final ObjectReader ELEMENT = JSON.readerFor(JsonNode.class);
  private static final String ADVICE =
      "nothing behind this place can be read; mend the file, or write it as JSON Lines";

  private final Path file;
  private final JsonParser parser;
  private boolean broken;
  private boolean begun;
  private long line = 1;
  private long row;

  /**
   * @param in the file's bytes behind a byte order mark, beginning with the array
   */
  JsonArray(Path file, InputStream in) throws IOException {
    this.file = file;
    this.parser = JSON.createParser(in);
  }

  @Override
  public @Nullable JsonRow next() throws IOException {
    JsonNode node;
    try {
      if (!begun) {
        parser.nextToken();
        begun = true;
      }
      JsonToken token = parser.nextToken();
      if (token == JsonToken.END_ARRAY) {
        requireEnd();
        return null;
      }
      line = parser.currentTokenLocation().getLineNr();
      row++;
      if (token == null) {
        throw cutOff();
      }
      node = ELEMENT.readTree(parser);
    } catch (JsonProcessingException e) {
      broken = true;
      line = parser.currentLocation().getLineNr();
      throw JsonRows.malformed(place(), e, ADVICE);
    }
    if (node instanceof ObjectNode object) {
      return new JsonRow(object, place());
    }
    throw JsonRows.notAnObject(place(), node);
  }

  @Override
  public RowSource place() {
    return new RowSource(file, line, row);
  }

  @Override
  public boolean broken() {
    return broken;
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  private void requireEnd() throws IOException {
    if (parser.nextToken() != null) {
      broken = true;
      line = parser.currentTokenLocation().getLineNr();
      throw CofituneException.of(ErrorKind.DATA, "something stands behind the array")
          .at(file + ":" + line)
          .expected("the end of the file")
          .found(parser.currentToken())
          .next("write one array of objects, or JSON Lines")
          .build();
    }
  }

  private CofituneException cutOff() {
    broken = true;
    return CofituneException.of(ErrorKind.DATA, "the array does not end")
        .at(place())
        .expected("]")
        .found("the end of the file")
        .next("the file was cut off: copy it again")
        .build();
  }
}
