package org.cofitune.train;

import static org.bytedeco.pytorch.global.torch.logsumexp;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The negative log-likelihood of the next token: {@code logsumexp(z) - z[target]}, whose gradient
 * is {@code softmax(z) - onehot(target)}.
 */
public final class CrossEntropy implements TokenObjective {
  private static final long VOCABULARY = 1;

  @Override
  public TokenLosses differentiate(Tensor logits, Tensor targets) {
    Tensor column = targets.unsqueeze(VOCABULARY);
    Tensor normaliser = logsumexp(logits, new long[] {VOCABULARY}, true);
    Tensor losses = normaliser.sub(logits.gather(VOCABULARY, column));
    logits.sub_(normaliser).exp_();
    logits.scatter_add_(
        VOCABULARY, column, org.bytedeco.pytorch.global.torch.full_like(losses, new Scalar(-1.0)));
    return TokenLosses.ofCrossEntropy(losses.sum());
  }
}
