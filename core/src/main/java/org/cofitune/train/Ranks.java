package org.cofitune.train;

import java.util.List;
import org.cofitune.data.MicroBatches;
import org.cofitune.data.TokenizedExample;
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

  private int begin(int rows, int rank) {
    return (int) ((long) rows * rank / group.size());
  }

  /**
   * This process's part of a step's rows in batches, maybe none.
   *
   * @param sequences rows of a batch at most
   * @param tokens of a batch at most, but for a single row that has more
   */
  MicroBatches ownBatches(List<TokenizedExample> rows, int sequences, int tokens) {
    return MicroBatches.of(share(rows, group.rank()), sequences, tokens);
  }

  /** The batches of the process that has most of them: so many passes all take part in. */
  int mostBatches(List<TokenizedExample> rows, int sequences, int tokens) {
    int most = 0;
    for (int rank = 0; rank < group.size(); rank++) {
      most = Math.max(most, MicroBatches.count(share(rows, rank), sequences, tokens));
    }
    return most;
  }

  private <T> List<T> share(List<T> rows, int rank) {
    return rows.subList(begin(rows.size(), rank), begin(rows.size(), rank + 1));
  }

  /** This process's part of a step's rows, maybe none. */
  <T> List<T> share(List<T> rows) {
    return share(rows, group.rank());
  }
}
