package org.cofitune.train;

/**
 * AdamW's constants (PyTorch's {@code torch.optim.AdamW}).
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the bias-corrected second moment
 * @param weightDecay decoupled decay: {@code w -= learningRate * weightDecay * w}
 */
public record AdamWSettings(double beta1, double beta2, double epsilon, double weightDecay) {}
