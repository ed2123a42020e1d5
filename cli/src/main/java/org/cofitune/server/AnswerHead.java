package org.cofitune.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;

/**
 * What every object of one answer begins with.
 *
 * @param id of the answer
 * @param created when
 * @param model the name that the server gives its model
 */
record AnswerHead(String id, long created, String model) {
  static AnswerHead of(String prefix, ServedModel model) {
    return new AnswerHead(
        prefix + UUID.randomUUID().toString().replace("-", ""),
        Instant.now().getEpochSecond(),
        model.name());
  }

  ObjectNode json(String object) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model);
  }
}
