package org.cofitune.cli;

import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingListener;
import org.jspecify.annotations.Nullable;

/**
 * Progress on a terminal: one line that is drawn over and over, with notes scrolling above it. Runs
 * a thread for the drawing until closed.
 */
final class ProgressDisplay implements TrainingListener, AutoCloseable {
  private static final int INTERVAL_MILLIS = 200;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Console console;
  private volatile TrainingEvent.@Nullable StepTaken latest;
  private @Nullable ProgressBar bar;

  ProgressDisplay(Console console) {
    this.console = console;
  }

  @Override
  public void on(TrainingEvent event) {
    String note = StepText.note(event);
    if (!note.isEmpty()) {
      console.err().print(CLEAR_LINE + note + "\n");
    }
    if (event instanceof TrainingEvent.Started started) {
      begin(0, started.totalSteps());
    } else if (event instanceof TrainingEvent.Resumed resumed) {
      begin(resumed.step(), resumed.totalSteps());
    } else if (event instanceof TrainingEvent.StepTaken step && bar != null) {
      latest = step;
      bar.stepTo(step.step());
    } else if (event instanceof TrainingEvent.Finished
        || event instanceof TrainingEvent.Interrupted) {
      close();
    }
  }

  private void begin(long step, long totalSteps) {
    bar =
        new ProgressBarBuilder()
            .setInitialMax(totalSteps)
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.columns()))
            .setRenderer(this::render)
            .build()
            .stepTo(step);
  }

  /** As wide as the terminal, so that nothing of a longer line before remains. */
  private String render(ProgressState state, int columns) {
    return BarLine.padded(line(latest, state.getCurrent(), state.getMax(), columns - 1), columns);
  }

  /** The line, with as much in it as the terminal is wide. */
  static String line(
      TrainingEvent.@Nullable StepTaken step, long current, long total, int columns) {
    List<String> facts = new ArrayList<>();
    facts.add(current + "/" + total);
    if (step != null) {
      facts.add(StepText.loss(step.loss()));
      facts.add(StepText.left(step.speed()));
      facts.add(StepText.tokensPerSecond(step.speed()));
      facts.add(StepText.learningRate(step));
      facts.add(StepText.memory(step.speed()));
    }
    return BarLine.of(current, total, facts, columns);
  }

  @Override
  public void close() {
    ProgressBar open = bar;
    bar = null;
    if (open != null) {
      open.close();
    }
  }
}
