package org.cofitune.ui;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import org.cofitune.http.EventStream;
import org.cofitune.runs.EventTail;
import org.cofitune.runs.RunDetails;
import org.cofitune.runs.RunFolder;
import org.cofitune.runs.RunReader;
import org.jspecify.annotations.Nullable;

/**
 * One page that follows one run. It is sent {@code events} with what happened since, and {@code
 * summary} whenever the run's line in the list has changed: a kill is no event.
 */
final class RunFollower implements AutoCloseable {
  /** What is read at a time, so that the other runs get their turn. */
  private static final int BATCHES = 4;

  private final RunFolder run;
  private final EventTail tail;
  private final EventStream stream;
  private final RunReader reader;
  private final long beatNanos;
  private @Nullable ObjectNode summary;
  private long sent = System.nanoTime();

  RunFollower(RunFolder run, EventTail tail, EventStream stream, RunReader reader, Duration beat) {
    this.run = run;
    this.tail = tail;
    this.stream = stream;
    this.reader = reader;
    this.beatNanos = beat.toNanos();
  }

  /**
   * Sends what is new, if the page has taken what it was sent before.
   *
   * @return false if the page is gone
   */
  boolean look() {
    if (stream.isIdle() && !stream.isBroken()) {
      boolean happened = sendEvents();
      boolean changed = sendSummary();
      if (happened || changed) {
        sent = System.nanoTime();
      } else if (System.nanoTime() - sent > beatNanos) {
        stream.beat();
        sent = System.nanoTime();
      }
    }
    return !stream.isBroken();
  }

  private boolean sendEvents() {
    ArrayNode events = JsonNodeFactory.instance.arrayNode();
    boolean restarted = false;
    String position = null;
    boolean more = true;
    for (int i = 0; i < BATCHES && more; i++) {
      Optional<EventTail.Batch> batch = tail.next();
      more = batch.isPresent() && batch.get().more();
      if (batch.isPresent()) {
        if (batch.get().restarted()) {
          restarted = true;
          events.removeAll();
        }
        events.addAll(batch.get().events());
        position = batch.get().position();
      }
    }
    if (position == null) {
      return false;
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("restarted", restarted);
    json.set("events", events);
    stream.send("events", position, json);
    return true;
  }

  private boolean sendSummary() {
    ObjectNode now = RunDetails.of(reader.summary(run));
    if (now.equals(summary)) {
      return false;
    }
    summary = now;
    stream.send("summary", now);
    return true;
  }

  @Override
  public void close() {
    stream.close();
  }
}
