package org.cofitune.method;

import static org.bytedeco.pytorch.global.torch.logsumexp;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.model.Decoder;
import org.cofitune.train.ReferenceTerm;

/**
 * {@code KL(base || current) = sum_v p(v) (log p(v) - log q(v))} with p the base's prediction and q
 * the trained model's. Its gradient with respect to the trained model's logits is {@code q - p}.
 *
 * @param reference the base
 * @param coefficient the factor in the loss
 */
record BaseDivergence(Decoder reference, double coefficient) implements ReferenceTerm {
  private static final long VOCABULARY = 1;

  @Override
  public Tensor differentiate(Tensor logits, Tensor referenceLogits) {
    Tensor current = logits.sub(normaliser(logits));
    Tensor ratio = referenceLogits.sub_(normaliser(referenceLogits));
    Tensor base = ratio.exp();
    Tensor divergence = ratio.sub_(current).mul_(base).sum();
    referenceLogits.copy_(current.exp_()).sub_(base).mul_(new Scalar(coefficient));
    return divergence;
  }

  private static Tensor normaliser(Tensor logits) {
    return logsumexp(logits, new long[] {VOCABULARY}, true);
  }
}
