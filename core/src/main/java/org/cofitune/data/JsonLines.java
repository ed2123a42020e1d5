package org.cofitune.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/** JSON Lines: one object a line, blank lines between them ignored. */
final class JsonLines implements JsonRows {
  private static final ObjectReader LINE =
      JSON.readerFor(JsonNode.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Path file;
  private final InputStream in;
  private final LineReader lines;
  private boolean broken;
  private long row;

  /**
   * @param in the file's bytes behind a byte order mark
   */
  JsonLines(Path file, InputStream in) {
    this.file = file;
    this.in = in;
    this.lines = new LineReader(file, in);
  }

  @Override
  public @Nullable JsonRow next() throws IOException {
    while (true) {
      broken = true;
      ByteBuffer line = lines.next();
      broken = false;
      if (line == null) {
        return null;
      }
      if (!isBlank(line)) {
        row++;
        return new JsonRow(parse(line), place());
      }
    }
  }

  @Override
  public RowSource place() {
    return new RowSource(file, lines.number(), row);
  }

  @Override
  public boolean broken() {
    return broken;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private ObjectNode parse(ByteBuffer line) throws IOException {
    JsonNode node;
    try {
      node = LINE.readTree(StandardCharsets.UTF_8.newDecoder().decode(line.duplicate()).toString());
    } catch (CharacterCodingException e) {
      throw CofituneException.of(ErrorKind.DATA, "line is not valid UTF-8")
          .at(place())
          .next("convert the file: iconv -f <its encoding> -t UTF-8")
          .cause(e)
          .build();
    } catch (JsonProcessingException e) {
      throw JsonRows.malformed(
          place(), e, "write one whole object a line, or one array of objects");
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw JsonRows.notAnObject(place(), node);
  }

  private static boolean isBlank(ByteBuffer line) {
    for (int i = line.position(); i < line.limit(); i++) {
      byte b = line.get(i);
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
