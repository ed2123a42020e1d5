package org.cofitune.evaluate.task;

/**
 * A row that made no item.
 *
 * @param place {@code file:line}
 * @param reason why not
 */
public record SkippedItem(String place, String reason) {}
