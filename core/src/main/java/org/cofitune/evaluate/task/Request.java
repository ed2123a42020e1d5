package org.cofitune.evaluate.task;

/**
 * What a model is asked once.
 *
 * @param context what stands before; empty for {@code loglikelihood_rolling}
 * @param continuation what is scored; empty for {@code generate_until}, where the model says it
 */
public record Request(String context, String continuation) {}
