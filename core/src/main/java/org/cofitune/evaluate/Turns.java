package org.cofitune.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.cofitune.engine.ranks.ProcessGroup;

/**
 * Batches that the processes of a run compute in turns: of each wave of as many batches as there
 * are processes, every process computes one, and all learn what came of all.
 *
 * @param group the processes
 */
record Turns(ProcessGroup group) {

  /** Takes in what a batch came to. */
  interface Result<B, R> {
    void accept(B batch, R result);
  }

  /**
   * How results travel between processes.
   *
   * @param write makes a text of one
   * @param read makes one of a text
   */
  record Wire<R>(Function<R, String> write, Function<String, R> read) {}

  /**
   * Computes batches.
   *
   * @param interrupted asked before each wave
   * @param compute computes one in this process
   * @param taken gets every batch's result, in every process, in the order of the batches
   * @return false if interrupted
   */
  <B, R> boolean compute(
      List<B> batches,
      BooleanSupplier interrupted,
      Function<B, R> compute,
      Wire<R> wire,
      Result<B, R> taken) {
    for (int from = 0; from < batches.size(); from += group.size()) {
      if (group.any(interrupted.getAsBoolean())) {
        return false;
      }
      List<B> wave = batches.subList(from, Math.min(from + group.size(), batches.size()));
      List<R> own = new ArrayList<>();
      if (group.rank() < wave.size()) {
        own.add(compute.apply(wave.get(group.rank())));
      }
      if (group.any(interrupted.getAsBoolean())) {
        return false; // what was being written may be cut short
      }
      for (int rank = 0; rank < wave.size(); rank++) {
        boolean mine = rank == group.rank();
        R result =
            group.isAlone()
                ? own.get(0)
                : wire.read.apply(group.textOf(rank, mine ? wire.write.apply(own.get(0)) : ""));
        taken.accept(wave.get(rank), result);
      }
    }
    return true;
  }
}
