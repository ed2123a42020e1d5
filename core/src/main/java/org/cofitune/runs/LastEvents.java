package org.cofitune.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The newest events of a run, read from the end of its log: a long run costs no more than a short
 * one.
 *
 * @param any the last of all
 * @param step the last step of a training
 * @param eval the last score of held-out rows
 * @param trial the last trial of a search, begun or finished
 */
record LastEvents(JsonNode any, JsonNode step, JsonNode eval, JsonNode trial) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_BYTES = 32 << 10;

  static final LastEvents NONE =
      new LastEvents(
          MissingNode.getInstance(),
          MissingNode.getInstance(),
          MissingNode.getInstance(),
          MissingNode.getInstance());

  /** Reads the end of a log; half a line that is being written is left alone. */
  static LastEvents of(RunFile log) {
    long from = Math.max(0, log.bytes() - MOST_BYTES);
    String read = new String(log.read(from, MOST_BYTES), StandardCharsets.UTF_8);
    String lines = read.substring(0, read.lastIndexOf('\n') + 1);
    return new LastEvents(
        last(lines, "\"event\":\""),
        last(lines, "\"event\":\"step\""),
        last(lines, "\"event\":\"eval\""),
        last(lines, "\"event\":\"trial_"));
  }

  /** The last line with a mark that is a JSON object. */
  private static JsonNode last(String lines, String mark) {
    int at = lines.lastIndexOf(mark);
    while (at >= 0) {
      int begin = lines.lastIndexOf('\n', at) + 1;
      try {
        JsonNode event = JSON.readTree(lines.substring(begin, lines.indexOf('\n', at)));
        if (event != null && event.isObject()) {
          return event;
        }
      } catch (IOException e) {
        // damaged, or its beginning was not read; the one before may be whole
      }
      at = begin == 0 ? -1 : lines.lastIndexOf(mark, begin - 1);
    }
    return MissingNode.getInstance();
  }

  /** What the last event is called. */
  String name() {
    return any.path("event").asText();
  }
}
