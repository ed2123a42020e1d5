package org.cofitune.train;

import java.util.List;
import org.cofitune.engine.ranks.ProcessGroup;

/**
 * The processes that share a training. A step has the rows of {@code per_device_train_batch_size x
 * gradient_accumulation_steps} for each process that the run began with, and so many processes as
 * there are now share them: a run goes on with more or fewer of them, and is the same run.
 *
 * @param group the processes that are there now
 * @param began how many the run began with
 */
public record Ranks(ProcessGroup group, int began) {

  public Ranks {
    if (began < 1) {
      throw new IllegalArgumentException("a run begins with one process at least, not " + began);
    }
  }

  /** A process without others, of a run that began so. */
  public static Ranks alone() {
    return new Ranks(ProcessGroup.alone(), 1);
  }

  /** Where this process's part of a step's rows begins. */
  int begin(int rows) {
    return begin(rows, group.rank());
  }

  /** Where it ends. */
  int end(int rows) {
    return begin(rows, group.rank() + 1);
  }

  private int begin(int rows, int rank) {
    return (int) ((long) rows * rank / group.size());
  }

  /**
   * The batches of the process that has most of them: so many passes all take part in.
   *
   * @param size rows of a batch
   */
  int mostBatches(int rows, int size) {
    int most = 0;
    for (int rank = 0; rank < group.size(); rank++) {
      most = Math.max(most, begin(rows, rank + 1) - begin(rows, rank));
    }
    return (most + size - 1) / size;
  }

  /** This process's part of a step's rows, maybe none. */
  <T> List<T> share(List<T> rows) {
    return rows.subList(begin(rows.size()), end(rows.size()));
  }
}
