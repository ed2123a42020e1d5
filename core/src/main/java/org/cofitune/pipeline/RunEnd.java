package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.JsonText;

/**
 * {@code end.json}: how the last process that worked in a run's folder ended. One that was killed
 * leaves none; its lock tells. Times are not in it, so that the same recipe again changes nothing.
 *
 * @param way finished, interrupted, or failed
 * @param message of the error; empty without one
 */
public record RunEnd(Way way, String message) {
  private static final String WAY = "end";
  private static final String MESSAGE = "message";

  /** How a process may end. */
  public enum Way {
    FINISHED,
    INTERRUPTED,
    FAILED;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static RunEnd of(boolean complete) {
    return new RunEnd(complete ? Way.FINISHED : Way.INTERRUPTED, "");
  }

  static RunEnd ofFailure(Throwable failure) {
    String message =
        failure instanceof CofituneException ? failure.getMessage() : failure.toString();
    return new RunEnd(Way.FAILED, String.valueOf(message).lines().findFirst().orElse(""));
  }

  /** Reads a file's object; empty if it is none of these. */
  public static Optional<RunEnd> of(ObjectNode json) {
    for (Way way : Way.values()) {
      if (way.word().equals(json.path(WAY).asText())) {
        return Optional.of(new RunEnd(way, json.path(MESSAGE).asText()));
      }
    }
    return Optional.empty();
  }

  /** Writes the file. */
  void writeTo(RunDirectory run) {
    AtomicFile.write(
        run.end(),
        JsonText.pretty(
            JsonNodeFactory.instance.objectNode().put(WAY, way.word()).put(MESSAGE, message)));
  }
}
