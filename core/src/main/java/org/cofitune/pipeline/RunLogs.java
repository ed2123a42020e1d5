package org.cofitune.pipeline;

import java.util.List;
import org.cofitune.train.EventLog;
import org.cofitune.train.TensorBoardLog;
import org.cofitune.train.TrainingArguments;
import org.cofitune.train.TrainingListener;

/**
 * The logs that a run keeps in its folder while it trains; of processes that share a run, one keeps
 * them.
 *
 * @param listeners that write them
 * @param release closes their files
 */
record RunLogs(List<TrainingListener> listeners, Runnable release) implements AutoCloseable {

  static RunLogs open(RunDirectory directory, TrainingArguments arguments) {
    EventLog events = EventLog.open(directory.events(), arguments.loggingSteps());
    try {
      TensorBoardLog tensorBoard = TensorBoardLog.create(directory.tensorboard());
      return new RunLogs(
          List.of(events, tensorBoard),
          () -> {
            try (events) {
              tensorBoard.close();
            }
          });
    } catch (RuntimeException e) {
      events.close();
      throw e;
    }
  }

  static RunLogs none() {
    return new RunLogs(List.of(), () -> {});
  }

  @Override
  public void close() {
    release.run();
  }
}
