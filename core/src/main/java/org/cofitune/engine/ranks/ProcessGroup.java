package org.cofitune.engine.ranks;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.EngineOptions;

/**
 * The processes that work on one run. Every operation is collective: all processes call it, in the
 * same order. A process alone is a group too, in which nothing is sent.
 *
 * <pre>{@code
 * try (ProcessGroup group = ProcessGroups.join(layout, engine)) {
 *   group.during(() -> train(group));
 *   group.finish();
 * }
 * }</pre>
 *
 * Where a process is lost, the operations of the others throw {@link Loss#exception}.
 */
public interface ProcessGroup extends AutoCloseable {

  /** A process that is alone. */
  static ProcessGroup alone() {
    return new SingleProcess();
  }

  /** This process, from 0. */
  int rank();

  /** All processes. */
  int size();

  /** Whether there is no other process. */
  default boolean isAlone() {
    return size() == 1;
  }

  /** Whether this is the process that writes what the run leaves. */
  default boolean isFirst() {
    return rank() == 0;
  }

  /** The options of this process's engine: its share of the processors, its GPU. */
  EngineOptions placed(EngineOptions options);

  /** Adds up numbers over all processes, position by position. */
  double[] sum(double... values);

  /** The smallest of the processes' numbers. */
  long least(long value);

  /** Whether any process says so. */
  default boolean any(boolean value) {
    return least(value ? 0 : 1) == 0;
  }

  /** The numbers that one process gives; the others give as many, which are dropped. */
  double[] numbersOf(int rank, double[] numbers);

  /** The text that one process gives; what the others give is dropped. */
  String textOf(int rank, String text);

  /**
   * Adds up tensors of one shape over all processes, in one process's tensor; in the others it is
   * of no use afterwards.
   *
   * @return what to wait for before the tensor is read or freed
   */
  Pending sumInto(int rank, Tensor tensor);

  /**
   * Copies one process's tensor over the others'.
   *
   * @return what to wait for before the tensor is read or freed
   */
  Pending copyOf(int rank, Tensor tensor);

  /**
   * Joins one tensor of each process, in the order of the processes, in each of them (all-gather).
   *
   * @param own {@code [n]}, of one length and type in all
   * @param all {@code [size * n]} of the same type, overwritten
   * @return what to wait for before either is read, changed or freed
   */
  Pending gather(Tensor own, Tensor all);

  /** Sends a tensor to another process, which calls {@link #receive}. */
  void send(Tensor tensor, int to);

  /** Overwrites a tensor with the one that another process sends. */
  void receive(Tensor tensor, int from);

  /**
   * Does work in every process, without any other operation of the group, and returns when all have
   * done it. Where it throws in any of them, it throws in all: in the others, what failed in the
   * first of those.
   */
  <T> T together(Supplier<T> work);

  /**
   * Does work in which the processes talk to each other. Where it throws in one of them, the others
   * learn why at their next operation, and throw too.
   */
  <T> T during(Supplier<T> work);

  /** Another process that this one knows to be lost. */
  Optional<Loss> lost();

  /** Ends the run's work in all processes: nobody who leaves after this is counted as lost. */
  void finish();

  @Override
  void close();

  /** An operation that goes on beside what the process does meanwhile. */
  @FunctionalInterface
  interface Pending {
    /** Nothing to wait for. */
    Pending NONE = () -> {};

    /** Returns when the operation is complete. */
    void await();

    static void awaitAll(List<Pending> operations) {
      operations.forEach(Pending::await);
    }
  }
}
