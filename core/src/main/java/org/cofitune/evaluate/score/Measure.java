package org.cofitune.evaluate.score;

import org.cofitune.evaluate.statistics.Interval;

/** A number with its 95 % interval. */
public record Measure(double score, Interval interval) {}
