package org.cofitune.importance;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.model.Decoder;

/**
 * {@code KL(softmax(z2) || softmax(z1))} summed over all positions, with its gradient, in chunks of
 * positions, so that {@code [tokens, vocab]} never exists. With the log-probabilities l1, l2, the
 * probabilities p1, p2 and d = l2 - l1, a position's divergence is {@code D = sum p2 d}, and
 *
 * <pre>
 *   dD/dz1 = p1 - p2        dD/dz2 = p2 (d - D)
 * </pre>
 *
 * All of it in float32 (float64 in proofs), whatever the model computes in.
 */
final class OutputDivergence {
  /** Logits of one pass that exist at a time; 32 MiB in float32. */
  private static final long CHUNK_ELEMENTS = 1L << 23;

  private static final long VOCABULARY = 1;

  private final Decoder decoder;

  OutputDivergence(Decoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Adds the gradient of the summed divergence to the leaves that lead to the hidden states.
   *
   * @param hidden {@code [2 * tokens, hidden]}, the last layer's output in both passes
   * @return the summed divergence
   */
  double backward(Tensor hidden) {
    Tensor normalised = decoder.finalNorm(hidden);
    Tensor gradient;
    double sum = 0;
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor values = normalised.detach();
      gradient = torch.empty_like(values);
      Tensor weight = decoder.outputWeight();
      long tokens = values.size(0) / TwinBatch.PASSES;
      long chunk = Math.max(1, CHUNK_ELEMENTS / decoder.config().vocabSize());
      for (long start = 0; start < tokens; start += chunk) {
        long count = Math.min(chunk, tokens - start);
        try (PointerScope scope = new PointerScope()) {
          sum +=
              differentiate(
                  weight,
                  values.narrow(0, start, count),
                  values.narrow(0, tokens + start, count),
                  gradient.narrow(0, start, count),
                  gradient.narrow(0, tokens + start, count));
        }
      }
    }
    backward(normalised, gradient);
    return sum;
  }

  private double differentiate(
      Tensor weight, Tensor first, Tensor second, Tensor firstGradient, Tensor secondGradient) {
    Tensor log1 = logProbabilities(first, weight);
    Tensor log2 = logProbabilities(second, weight);
    Tensor difference = log2.sub(log1);
    Tensor p1 = log1.exp_();
    Tensor p2 = log2.exp_();
    Tensor divergence =
        p2.mul(difference).sum(new long[] {VOCABULARY}, true, new ScalarTypeOptional());
    firstGradient.copy_(p1.sub_(p2).to(weight.scalar_type()).mm(weight));
    secondGradient.copy_(difference.sub_(divergence).mul_(p2).to(weight.scalar_type()).mm(weight));
    return divergence.sum().item_double();
  }

  private Tensor logProbabilities(Tensor normalised, Tensor weight) {
    ScalarType wide = decoder.parameters().precision().master().scalarType();
    return torch.linear(normalised, weight).to(wide).log_softmax(VOCABULARY);
  }

  static void backward(Tensor output, Tensor gradient) {
    output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
  }
}
