package org.cofitune.compare;

import org.cofitune.evaluate.statistics.Interval;
import org.jspecify.annotations.Nullable;

/**
 * A score of 0 to 100.
 *
 * @param score the number
 * @param interval 95 % over items; null where nothing is drawn
 */
public record PointScore(double score, @Nullable Interval interval) {}
