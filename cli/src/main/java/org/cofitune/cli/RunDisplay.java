package org.cofitune.cli;

import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.importance.ImportanceProgress;
import org.cofitune.pipeline.PipelineListener;
import org.cofitune.pipeline.Stage;
import org.cofitune.search.SearchListener;
import org.cofitune.train.TrainingListener;
import org.jspecify.annotations.Nullable;

/** Progress of a pipeline: a heading for every stage, and the stage's own progress below. */
final class RunDisplay implements PipelineListener, AutoCloseable {
  private static final List<Stage> STAGES = List.of(Stage.values());

  private final Console console;
  private final BooleanSupplier stopping;
  private final EvaluationProgress evaluation;
  private @Nullable SearchDisplay search;
  private @Nullable ProgressDisplay training;
  private @Nullable WorkProgress importance;

  /**
   * A display.
   *
   * @param stopping whether the person has asked for an end
   */
  RunDisplay(Console console, BooleanSupplier stopping) {
    this.console = console;
    this.stopping = stopping;
    this.evaluation = new EvaluationProgress(console);
  }

  @Override
  public void onSkipped(Stage stage, String reason) {
    heading(stage, "nothing to do: " + reason);
  }

  @Override
  public void onStarted(Stage stage, String reason) {
    heading(stage, reason);
  }

  @Override
  public void onFinished(Stage stage, double seconds) {
    closeStage();
    heading(stage, "done in " + HumanNumbers.duration(seconds));
  }

  private void heading(Stage stage, String text) {
    console
        .err()
        .println(
            String.format(
                Locale.ROOT,
                "[%d/%d] %s: %s",
                STAGES.indexOf(stage) + 1,
                STAGES.size(),
                stage.text(),
                text));
  }

  @Override
  public EvaluationListener evaluation() {
    return evaluation;
  }

  @Override
  public SearchListener search() {
    if (!console.errTerminal()) {
      return new SearchLines(console);
    }
    SearchDisplay opened = new SearchDisplay(console, stopping);
    search = opened;
    return opened;
  }

  @Override
  public Consumer<ImportanceProgress> importance() {
    WorkProgress opened = new WorkProgress(console, "rows");
    importance = opened;
    return progress ->
        opened.advance(
            progress.rows(),
            progress.totalRows(),
            List.of(
                HumanNumbers.count(progress.tokens()) + " tokens",
                String.format(Locale.ROOT, "divergence %.2e", progress.meanDivergence())));
  }

  @Override
  public TrainingListener training() {
    if (!console.errTerminal()) {
      return new ProgressLines(console);
    }
    ProgressDisplay opened = new ProgressDisplay(console);
    training = opened;
    return opened;
  }

  private void closeStage() {
    evaluation.close();
    if (search != null) {
      search.close();
    }
    if (training != null) {
      training.close();
    }
    if (importance != null) {
      importance.close();
    }
    search = null;
    training = null;
    importance = null;
  }

  @Override
  public void close() {
    closeStage();
  }
}
