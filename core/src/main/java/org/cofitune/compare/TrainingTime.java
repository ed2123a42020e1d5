package org.cofitune.compare;

/**
 * What a training took, or a part of one that was interrupted; one line of {@code
 * compare/times.jsonl}.
 *
 * @param training fingerprint of everything that the weights depend on
 * @param seconds from the first step to the last
 * @param memoryBytes the most resident memory of the process; 0 where the system does not tell
 */
public record TrainingTime(String training, double seconds, long memoryBytes) {}
