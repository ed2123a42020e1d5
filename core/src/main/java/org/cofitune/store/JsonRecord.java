package org.cofitune.store;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

/** A record as one JSON object, with all of its components and none of them null. */
public final class JsonRecord {
  private JsonRecord() {}

  /**
   * Reads a record.
   *
   * @param mapper that says how components are called
   * @throws JsonProcessingException where the text is something else
   */
  public static <R extends Record> R read(ObjectMapper mapper, String json, Class<R> type)
      throws JsonProcessingException {
    R read =
        mapper
            .readerFor(type)
            .with(
                DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .readValue(json);
    if (read == null) {
      throw MismatchedInputException.from((JsonParser) null, type, "null");
    }
    return read;
  }
}
