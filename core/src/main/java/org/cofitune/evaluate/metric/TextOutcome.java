package org.cofitune.evaluate.metric;

/**
 * A whole text that was scored.
 *
 * @param text the text
 * @param logLikelihood natural log-likelihood of the scored tokens
 * @param tokens how many tokens were scored
 */
public record TextOutcome(String text, double logLikelihood, int tokens) implements Outcome {}
