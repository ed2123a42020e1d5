package org.cofitune.method;

import static org.bytedeco.pytorch.global.torch.full_like;
import static org.bytedeco.pytorch.global.torch.logsumexp;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.train.TokenLosses;
import org.cofitune.train.TokenObjective;

/**
 * The negative log-likelihood of each token times a weight that is a constant to the gradient:
 * {@code weight * (softmax(z) - onehot(target))}. The divisor of a step's loss stays its number of
 * supervised tokens.
 */
record WeightedCrossEntropy(TokenWeight weight) implements TokenObjective {
  private static final long VOCABULARY = 1;

  @Override
  public TokenLosses differentiate(Tensor logits, Tensor targets) {
    Tensor column = targets.unsqueeze(VOCABULARY);
    Tensor normaliser = logsumexp(logits, new long[] {VOCABULARY}, true);
    Tensor losses = normaliser.sub(logits.gather(VOCABULARY, column));
    Tensor weights = weight.of(logits, losses);
    logits.sub_(normaliser).exp_();
    logits.scatter_add_(VOCABULARY, column, full_like(losses, new Scalar(-1.0)));
    logits.mul_(weights);
    return new TokenLosses(weights.mul(losses).sum(), losses.sum());
  }
}
