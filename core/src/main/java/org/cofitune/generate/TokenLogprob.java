package org.cofitune.generate;

/**
 * A token and how likely the model finds it.
 *
 * @param id the token
 * @param logprob natural logarithm of its probability, before temperature and penalties
 */
public record TokenLogprob(int id, double logprob) {}
