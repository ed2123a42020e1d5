package org.cofitune.train;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.pytorch.Device;
import org.cofitune.engine.DeviceMemory;
import org.cofitune.engine.ProcessMemory;

/** Speed over the last steps, from which the time to the end is estimated. */
final class Pace {
  private static final int WINDOW = 32;
  private static final double NANOS = 1e-9;

  private final Deque<Lap> laps = new ArrayDeque<>();
  private final Device device;
  private long startedAt;

  private record Lap(double seconds, long tokens) {}

  /**
   * No step yet.
   *
   * @param device that computes
   */
  Pace(Device device) {
    this.device = device;
  }

  /** A step begins. */
  void start() {
    startedAt = System.nanoTime();
  }

  /** The step that began last is over. */
  Speed finish(long tokens, long stepsLeft) {
    double seconds = (System.nanoTime() - startedAt) * NANOS;
    laps.addLast(new Lap(seconds, tokens));
    if (laps.size() > WINDOW) {
      laps.removeFirst();
    }
    double allSeconds = laps.stream().mapToDouble(Lap::seconds).sum();
    long allTokens = laps.stream().mapToLong(Lap::tokens).sum();
    return new Speed(
        seconds,
        allTokens / allSeconds,
        allSeconds / laps.size() * stepsLeft,
        ProcessMemory.now().resident(),
        DeviceMemory.allocated(device));
  }
}
