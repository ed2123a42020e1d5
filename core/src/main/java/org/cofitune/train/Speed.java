package org.cofitune.train;

/**
 * How fast a run goes.
 *
 * @param seconds duration of the last step
 * @param tokensPerSecond tokens trained on per second over the last steps; there is no padding, so
 *     all of them are useful
 * @param secondsLeft estimate of the time to the end, evaluations not counted
 * @param memoryBytes resident memory of the process, 0 where the system does not tell
 * @param deviceBytes what tensors take of a GPU's memory, 0 on a CPU
 */
public record Speed(
    double seconds,
    double tokensPerSecond,
    double secondsLeft,
    long memoryBytes,
    long deviceBytes) {}
