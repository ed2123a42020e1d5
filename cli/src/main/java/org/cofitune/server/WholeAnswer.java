package org.cofitune.server;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.cofitune.http.Exchange;

/** An answer that is sent when all of it is there. */
final class WholeAnswer implements Answer {
  private final Exchange exchange;
  private final AnswerFormat format;
  private final AtomicInteger open;
  private volatile List<Choice> choices = List.of();
  private volatile boolean failed;

  WholeAnswer(Exchange exchange, AnswerFormat format, int count) {
    this.exchange = exchange;
    this.format = format;
    this.open = new AtomicInteger(count);
  }

  /** Says which choices it will have, before any of them begins. */
  void begin(List<Choice> all) {
    choices = all;
  }

  @Override
  public void onScores(Choice choice) {}

  @Override
  public void onText(Choice choice, String piece) {}

  @Override
  public void onFinished(Choice choice) {
    if (open.decrementAndGet() == 0) {
      exchange.dispatch(this::send);
    }
  }

  private void send() {
    try {
      exchange.send(format.whole(choices));
    } catch (RuntimeException e) {
      exchange.refuse(e);
    }
  }

  @Override
  public void onFailure(Throwable failure) {
    failed = true;
    exchange.dispatch(() -> exchange.refuse(failure));
  }

  @Override
  public boolean isCancelled() {
    return failed || exchange.isDeparted();
  }
}
