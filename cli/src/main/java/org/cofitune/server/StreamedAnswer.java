package org.cofitune.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import org.cofitune.http.EventStream;
import org.cofitune.http.Exchange;
import org.jspecify.annotations.Nullable;

/** An answer that is sent while it is made. */
final class StreamedAnswer implements Answer {
  private final Exchange exchange;
  private final AnswerFormat format;
  private final boolean includeUsage;
  private final int bytes;
  private final BitSet begun = new BitSet();
  private List<Choice> choices = List.of();
  private int open;
  private @Nullable EventStream stream;
  private volatile boolean failed;

  /**
   * An answer at its beginning.
   *
   * @param bytes how far the client may fall behind
   */
  StreamedAnswer(
      Exchange exchange, AnswerFormat format, boolean includeUsage, int bytes, int count) {
    this.exchange = exchange;
    this.format = format;
    this.includeUsage = includeUsage;
    this.bytes = bytes;
    this.open = count;
  }

  /** Says which choices it will have, before any of them begins. */
  synchronized void begin(List<Choice> all) {
    choices = all;
  }

  @Override
  public synchronized void onScores(Choice choice) {
    begin(choice);
  }

  @Override
  public synchronized void onText(Choice choice, String piece) {
    EventStream events = begin(choice);
    if (events != null) {
      send(events, () -> format.piece(choice, piece));
    }
  }

  @Override
  public synchronized void onFinished(Choice choice) {
    EventStream events = begin(choice);
    open--;
    if (events == null) {
      return;
    }
    send(events, () -> format.end(choice));
    if (open == 0) {
      if (includeUsage) {
        send(events, () -> format.cost(choices));
      }
      events.end();
    }
  }

  /** The stream, with the beginning of the choice in it; null where the client is gone. */
  private @Nullable EventStream begin(Choice choice) {
    if (stream == null && !failed) {
      if (!exchange.begin()) {
        failed = true;
        return null;
      }
      stream = exchange.stream(bytes);
    }
    EventStream events = stream;
    if (events != null && !begun.get(choice.row())) {
      begun.set(choice.row());
      format.beginning(choice).ifPresent(json -> send(events, () -> json));
    }
    return events;
  }

  /** A fault of one answer must not end the others that the model works on. */
  private void send(EventStream events, Supplier<JsonNode> event) {
    try {
      events.send(event.get());
    } catch (RuntimeException e) {
      onFailure(e);
    }
  }

  @Override
  public synchronized void onFailure(Throwable failure) {
    failed = true;
    EventStream events = stream;
    if (events == null) {
      exchange.dispatch(() -> exchange.refuse(failure));
    } else {
      events.endBroken(Exchange.refusal(failure).json());
    }
  }

  @Override
  public boolean isCancelled() {
    EventStream events;
    synchronized (this) {
      events = stream;
    }
    return failed || exchange.isDeparted() || (events != null && events.isBroken());
  }
}
