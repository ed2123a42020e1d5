package org.cofitune.cli;

import java.util.function.LongSupplier;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingListener;

/**
 * Progress where nobody watches a terminal: a line for the first and the last step, one every few
 * seconds between, and one for everything else that happens.
 */
final class ProgressLines implements TrainingListener {
  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final Console console;
  private final LongSupplier nanoTime;
  private long lastLine;
  private boolean first = true;

  ProgressLines(Console console) {
    this(console, System::nanoTime);
  }

  ProgressLines(Console console, LongSupplier nanoTime) {
    this.console = console;
    this.nanoTime = nanoTime;
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof TrainingEvent.StepTaken step) {
      long now = nanoTime.getAsLong();
      boolean last = step.step() == step.totalSteps();
      if (first || last || now - lastLine >= INTERVAL_NANOS) {
        console.err().println(StepText.line(step));
        lastLine = now;
        first = false;
      }
      return;
    }
    String note = StepText.note(event);
    if (!note.isEmpty()) {
      console.err().println(note);
    }
  }
}
