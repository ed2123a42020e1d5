package org.cofitune.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.cofitune.http.ApiException;

/** Reads the bodies of requests. */
final class RequestJson {
  private static final int DEPTH = 16;
  private static final int NAME = 128;
  private static final int NUMBER = 32;
  private static final int TOKENS = 1 << 20;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH)
                          .maxNameLength(NAME)
                          .maxNumberLength(NUMBER)
                          .maxTokenCount(TOKENS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private RequestJson() {}

  /**
   * The object in a body.
   *
   * @throws ApiException 400 that says what is wrong and where
   */
  static RequestFields read(byte[] body) {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    } catch (IOException e) {
      throw ApiException.invalid(null, "The body is not valid UTF-8.");
    }
    if (!(json instanceof ObjectNode object)) {
      throw ApiException.invalid(null, "The body must be a JSON object.");
    }
    return new RequestFields(object);
  }

  private static ApiException malformed(JsonProcessingException e) {
    String reason = e.getOriginalMessage();
    int detail = reason.indexOf(" (start marker at");
    String place =
        e.getLocation() == null
            ? ""
            : " at line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr();
    return ApiException.invalid(
        null,
        "The body is not valid JSON: "
            + (detail < 0 ? reason : reason.substring(0, detail))
            + place
            + ".");
  }
}
