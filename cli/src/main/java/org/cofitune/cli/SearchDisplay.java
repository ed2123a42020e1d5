package org.cofitune.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.cofitune.search.SearchEvent;
import org.cofitune.search.SearchListener;

/**
 * A search on a terminal: a table that grows level by level. The level being tried and the trial in
 * progress are drawn over and over; a finished level stays as it is, with the nodes marked that are
 * followed.
 */
final class SearchDisplay implements SearchListener, AutoCloseable {
  private static final long INTERVAL_NANOS = 100_000_000L;
  private static final double NANOS = 1e-9;
  private static final String UP = "\u001b[%dA";
  private static final String CLEAR_BELOW = "\r\u001b[J";

  private final Console console;
  private final BooleanSupplier stopping;
  private final LongSupplier nanoTime;
  private final SearchTable table;
  private int linesDrawn;
  private long lastDrawing;
  private double secondsLeft = -1;
  private long estimatedAt;
  private boolean begun;

  /**
   * A display.
   *
   * @param stopping whether the person was told that the search will stop: nothing is drawn over
   *     that any more
   */
  SearchDisplay(Console console, BooleanSupplier stopping) {
    this(console, stopping, System::nanoTime);
  }

  SearchDisplay(Console console, BooleanSupplier stopping, LongSupplier nanoTime) {
    this.console = console;
    this.stopping = stopping;
    this.nanoTime = nanoTime;
    this.table = new SearchTable(console.columns());
  }

  @Override
  public void on(SearchEvent event) {
    if (!begun) {
      begun = true;
      console.err().println(table.header());
    }
    if (event instanceof SearchEvent.LevelStarted) {
      keep(); // the root's or the level's before
    }
    if (event instanceof SearchEvent.TrialFinished finished) {
      secondsLeft = finished.secondsLeft();
      estimatedAt = nanoTime.getAsLong();
    }
    table.on(event);
    if (event instanceof SearchEvent.LevelFinished || event instanceof SearchEvent.SearchFinished) {
      keep();
    } else if (!(event instanceof SearchEvent.TrialStep) || isDue()) {
      draw(true);
    }
  }

  private boolean isDue() {
    return nanoTime.getAsLong() - lastDrawing >= INTERVAL_NANOS;
  }

  /** Leaves what was drawn where it is, and begins below it. */
  private void keep() {
    draw(false);
    table.clear();
    linesDrawn = 0;
  }

  private void draw(boolean progress) {
    if (stopping.getAsBoolean()) {
      return;
    }
    List<String> lines = new ArrayList<>(table.rows());
    if (progress) {
      lines.addAll(table.progress(left()));
    }
    StringBuilder text = new StringBuilder();
    if (linesDrawn > 0) {
      text.append(SearchText.text(UP, linesDrawn));
    }
    text.append(CLEAR_BELOW);
    lines.forEach(line -> text.append(line).append('\n'));
    console.err().print(text);
    console.err().flush();
    linesDrawn = lines.size();
    lastDrawing = nanoTime.getAsLong();
  }

  private String left() {
    double elapsed = (nanoTime.getAsLong() - estimatedAt) * NANOS;
    return secondsLeft < 0 ? "" : SearchText.left(Math.max(0, secondsLeft - elapsed));
  }

  /** Removes the line about the trial in progress, and leaves the table. */
  @Override
  public void close() {
    if (begun) {
      keep();
    }
  }
}
