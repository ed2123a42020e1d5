package org.cofitune.method;

import static org.bytedeco.pytorch.global.torch.logsumexp;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The entropy of the prediction over its largest logits, from 0 (certain) to 1 (all alike):
 * Entropy-Adaptive Fine-Tuning (Diao et al., "Entropy-Adaptive Fine-Tuning: Resolving Confident
 * Conflicts to Mitigate Forgetting", 2026, arXiv 2601.02151), {@code loss = -(H_K / ln K)^exponent
 * log p(y)} with H_K the entropy of the K most probable tokens, their probabilities made to add up
 * to 1. The authors' code divides by 3.0, which is ln 20 rounded.
 *
 * @param topK the K; 0 for the whole vocabulary
 * @param exponent 1 in the paper
 */
record PredictionEntropy(int topK, double exponent) implements TokenWeight {
  private static final long VOCABULARY = 1;

  @Override
  public Tensor of(Tensor logits, Tensor losses) {
    long size = logits.size(VOCABULARY);
    long kept = topK == 0 ? size : Math.min(topK, size);
    Tensor largest = kept == size ? logits : torch.topk(logits, kept).get0();
    Tensor logs = largest.sub(logsumexp(largest, new long[] {VOCABULARY}, true));
    Tensor entropy =
        logs.exp().mul_(logs).sum(new long[] {VOCABULARY}, true, new ScalarTypeOptional()).neg_();
    return entropy
        .div_(new Scalar(Math.log((double) kept)))
        .clamp_min_(new Scalar(0))
        .pow(new Scalar(exponent));
  }
}
