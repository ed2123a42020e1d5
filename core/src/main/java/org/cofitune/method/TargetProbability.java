package org.cofitune.method;

import org.bytedeco.pytorch.Tensor;

/**
 * The probability of the target: Dynamic Fine-Tuning (Wu et al., "On the Generalization of SFT: A
 * Reinforcement Learning Perspective with Reward Rectification", 2025, arXiv 2508.05629), {@code
 * loss = -sg(p(y)) log p(y)}.
 */
record TargetProbability() implements TokenWeight {
  @Override
  public Tensor of(Tensor logits, Tensor losses) {
    return losses.neg().exp_();
  }
}
