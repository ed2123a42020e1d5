package org.cofitune.cli;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingListener;

/** Progress of training on a terminal: a bar, with notes scrolling above it. */
final class ProgressDisplay implements TrainingListener, AutoCloseable {
  private final TerminalBar bar;

  ProgressDisplay(Console console) {
    this.bar = new TerminalBar(console);
  }

  @Override
  public void on(TrainingEvent event) {
    String note = StepText.note(event);
    if (!note.isEmpty()) {
      bar.note(note);
    }
    if (event instanceof TrainingEvent.Started started) {
      bar.begin(0, started.totalSteps());
    } else if (event instanceof TrainingEvent.Resumed resumed) {
      bar.begin(resumed.step(), resumed.totalSteps());
    } else if (event instanceof TrainingEvent.StepTaken step) {
      bar.advance(step.step(), facts(step));
    } else if (event instanceof TrainingEvent.Finished
        || event instanceof TrainingEvent.Interrupted) {
      close();
    }
  }

  /** What stands beside the bar, the most important first. */
  static List<String> facts(TrainingEvent.StepTaken step) {
    List<String> facts = new ArrayList<>();
    facts.add(StepText.loss(step.loss()));
    facts.add(StepText.mask(step));
    facts.add(StepText.left(step.speed()));
    facts.add(StepText.tokensPerSecond(step.speed()));
    facts.add(StepText.learningRate(step));
    facts.add(StepText.memory(step.speed()));
    return facts;
  }

  @Override
  public void close() {
    bar.close();
  }
}
