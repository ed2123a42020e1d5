package org.cofitune.cli;

import java.util.function.LongSupplier;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingListener;

/**
 * Progress where nobody watches a terminal: a line for the first and the last step, one every few
 * seconds between, and one for everything else that happens.
 */
final class ProgressLines implements TrainingListener {
  private final Console console;
  private final LinePace pace;

  ProgressLines(Console console) {
    this(console, System::nanoTime);
  }

  ProgressLines(Console console, LongSupplier nanoTime) {
    this.console = console;
    this.pace = new LinePace(nanoTime);
  }

  @Override
  public void on(TrainingEvent event) {
    if (event instanceof TrainingEvent.StepTaken step) {
      if (pace.isDue(step.step() == step.totalSteps())) {
        console.err().println(StepText.line(step));
      }
      return;
    }
    String note = StepText.note(event);
    if (!note.isEmpty()) {
      console.err().println(note);
    }
  }
}
