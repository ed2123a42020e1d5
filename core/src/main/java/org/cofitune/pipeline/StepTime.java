package org.cofitune.pipeline;

/**
 * How long an optimizer step of several processes takes, as a model: what each computes, what its
 * optimizer moves through memory, and what goes over the network, one after the other.
 *
 * <p>Each trained number's gradient travels to its owner and the moved number back, four bytes each
 * way, of which a process has {@code (n - 1) / n} in common with others; an owner reads weight,
 * gradient, and two moments, and writes weight and moments, 28 bytes for each number it owns.
 *
 * @param compute seconds of forward and backward pass
 * @param optimizer seconds of the update
 * @param network seconds of summing gradients and spreading weights
 */
public record StepTime(double compute, double optimizer, double network) {
  private static final double BYTES_MOVED_BY_OPTIMIZER = 28;
  private static final double BYTES_SENT = 2 * Float.BYTES;

  /**
   * What a process has.
   *
   * @param flopsPerSecond that training reaches
   * @param memoryBytesPerSecond of its memory
   * @param networkBytesPerSecond between it and the others
   */
  public record Machine(
      double flopsPerSecond, double memoryBytesPerSecond, double networkBytesPerSecond) {}

  /**
   * The time of a step.
   *
   * @param operations of one process's rows
   * @param trained numbers that the optimizer moves, of all processes together
   */
  public static StepTime of(double operations, double trained, int processes, Machine machine) {
    double shared = (processes - 1.0) / processes;
    return new StepTime(
        operations / machine.flopsPerSecond(),
        BYTES_MOVED_BY_OPTIMIZER * trained / processes / machine.memoryBytesPerSecond(),
        BYTES_SENT * trained * shared / machine.networkBytesPerSecond());
  }

  public double seconds() {
    return compute + optimizer + network;
  }

  /** The share of so many times the speed of processes that need not talk to each other. */
  public double efficiency() {
    return (compute + optimizer) / seconds();
  }
}
