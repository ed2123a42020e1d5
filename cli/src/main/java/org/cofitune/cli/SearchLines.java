package org.cofitune.cli;

import java.util.function.LongSupplier;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.SearchListener;

/**
 * A search where nobody watches a terminal: a line for every event, and one every few seconds of a
 * trial.
 */
final class SearchLines implements SearchListener {
  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final Console console;
  private final LongSupplier nanoTime;
  private long lastLine;

  SearchLines(Console console) {
    this(console, System::nanoTime);
  }

  SearchLines(Console console, LongSupplier nanoTime) {
    this.console = console;
    this.nanoTime = nanoTime;
    this.lastLine = nanoTime.getAsLong();
  }

  @Override
  public void on(SearchEvent event) {
    String line = SearchText.line(event);
    if (event instanceof SearchEvent.TrialStep step
        && nanoTime.getAsLong() - lastLine >= INTERVAL_NANOS) {
      line =
          SearchText.text(
              "trial %s: step %d/%d  %s",
              SearchText.region(step.region()),
              step.step(),
              step.steps(),
              StepText.loss(step.loss()));
    }
    if (!line.isEmpty()) {
      console.err().println(line);
      lastLine = nanoTime.getAsLong();
    }
  }
}
