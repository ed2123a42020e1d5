package org.cofitune.evaluate.metric;

/**
 * A continuation that was scored given its context.
 *
 * @param logLikelihood natural log-likelihood of the whole continuation
 * @param tokens tokens of the continuation
 * @param greedy whether the continuation is what greedy decoding would have said
 */
public record ContinuationOutcome(double logLikelihood, int tokens, boolean greedy)
    implements Outcome {}
