package org.cofitune.analyze;

import org.cofitune.search.TrialScore;

/**
 * What the two models are worth on the rows of an analysis: {@code 100 * exp(-nll / token)}.
 *
 * @param base of the base
 * @param tuned of the tuned model
 */
public record EndScores(TrialScore base, TrialScore tuned) {}
