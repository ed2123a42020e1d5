package org.cofitune.cli;

import java.util.List;
import org.cofitune.evaluate.EvaluationListener;
import org.jspecify.annotations.Nullable;

/** Progress of an evaluation, a task at a time. */
final class EvaluationProgress implements EvaluationListener, AutoCloseable {
  private final Console console;
  private @Nullable WorkProgress work;
  private long done;
  private long total;

  EvaluationProgress(Console console) {
    this.console = console;
  }

  @Override
  public void onTask(String task, int items, int known) {
    begin(task + " items", items, known);
  }

  /**
   * Something begins to be counted.
   *
   * @param unit what is counted, in the plural
   */
  void begin(String unit, long all, long known) {
    close();
    work = new WorkProgress(console, unit);
    total = all;
    done = known;
    work.advance(done, total, List.of());
  }

  @Override
  public void onAnswered(int items) {
    done += items;
    if (work != null && items > 0) {
      work.advance(done, total, List.of());
    }
  }

  @Override
  public void close() {
    if (work != null) {
      work.close();
      work = null;
    }
  }
}
