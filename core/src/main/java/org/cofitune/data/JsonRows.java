package org.cofitune.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Closeable;
import java.io.IOException;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/** The JSON objects of one file, one at a time, in file order. */
sealed interface JsonRows extends Closeable permits JsonLines, JsonArray {
  /** Python writes NaN and Infinity; a key given twice has no meaning, so it is refused. */
  ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
              .build());

  /**
   * The next row, or null at the end.
   *
   * @throws CofituneException of kind DATA for a row that is no JSON object; {@link #place} is then
   *     that row's, and unless {@link #broken}, the next call goes on behind it
   */
  @Nullable JsonRow next() throws IOException;

  /** Where the last row stands. */
  RowSource place();

  /** Whether an error makes the rest of the file unreadable. */
  boolean broken();

  static CofituneException malformed(Object place, JsonProcessingException error, String next) {
    String reason = error.getOriginalMessage();
    int detail = reason.indexOf(" (start marker at");
    JsonLocation location = error.getLocation(); // none where a bound of the reader is passed
    return CofituneException.of(ErrorKind.DATA, "malformed JSON")
        .at(place)
        .found(
            (detail < 0 ? reason : reason.substring(0, detail))
                + (location == null ? "" : " at column " + location.getColumnNr()))
        .next(next)
        .cause(error)
        .build();
  }

  static CofituneException notAnObject(RowSource place, JsonNode found) {
    return CofituneException.of(ErrorKind.DATA, "row is no JSON object")
        .at(place)
        .expected("an object with the row's keys")
        .found(Fields.typeName(found))
        .next("write every row as {\"instruction\": ..., \"output\": ...}")
        .build();
  }
}
