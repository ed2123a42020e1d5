package org.cofitune.train;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.model.Decoder;

/**
 * The end of the network: final norm, output layer, and objective, at supervised positions only and
 * in chunks, so that {@code [tokens, vocab]} never exists whole. Forward and backward are one pass:
 * each chunk's logits are turned into their gradient and multiplied back at once.
 */
final class OutputLoss {
  /** Logits that exist at a time; 64 MiB in float32. */
  private static final long CHUNK_ELEMENTS = 1L << 24;

  private final Decoder decoder;
  private final TokenObjective objective;

  OutputLoss(Decoder decoder, TokenObjective objective) {
    this.decoder = decoder;
    this.objective = objective;
  }

  /**
   * Adds the gradient of {@code scale * summed loss} to the leaves that lead to the hidden states.
   *
   * @param hidden {@code [supervised, hidden]}, the last layer's output at the supervised positions
   * @param targets {@code [supervised]}
   * @param scale factor on the summed loss
   * @return the summed loss, not scaled
   */
  double backward(Tensor hidden, Tensor targets, double scale) {
    Tensor normalised = decoder.finalNorm(hidden);
    Tensor leaf = normalised.detach();
    Tensor gradient = torch.empty_like(leaf);
    boolean outputTrained = decoder.parameters().isTrainable(decoder.outputName());
    long rows = leaf.size(0);
    long chunk = chunkRows();
    double sum = 0;
    for (long start = 0; start < rows; start += chunk) {
      long count = Math.min(chunk, rows - start);
      try (PointerScope scope = new PointerScope()) {
        Tensor part = leaf.narrow(0, start, count);
        Tensor partTargets = targets.narrow(0, start, count);
        Tensor partGradient = gradient.narrow(0, start, count);
        sum +=
            outputTrained
                ? backwardThroughWeight(part, partTargets, scale, partGradient)
                : backwardToInput(part, partTargets, scale, partGradient);
      }
    }
    if (normalised.requires_grad()) {
      backward(normalised, gradient);
    }
    return sum;
  }

  /** The summed loss alone, for held-out rows. */
  double forward(Tensor hidden, Tensor targets) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor normalised = decoder.finalNorm(hidden);
      long rows = normalised.size(0);
      long chunk = chunkRows();
      double sum = 0;
      for (long start = 0; start < rows; start += chunk) {
        long count = Math.min(chunk, rows - start);
        try (PointerScope scope = new PointerScope()) {
          Tensor logits = wide(decoder.logits(normalised.narrow(0, start, count)));
          sum += objective.differentiate(logits, targets.narrow(0, start, count)).item_double();
        }
      }
      return sum;
    }
  }

  private double backwardToInput(Tensor input, Tensor targets, double scale, Tensor gradient) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor weight = decoder.outputWeight();
      Tensor logits = torch.linear(input, weight);
      Tensor wide = wide(logits);
      double loss = objective.differentiate(wide, targets).item_double();
      wide.mul_(new Scalar(scale));
      gradient.copy_(wide.to(logits.scalar_type()).mm(weight));
      return loss;
    }
  }

  private double backwardThroughWeight(
      Tensor input, Tensor targets, double scale, Tensor gradient) {
    Tensor leaf = input.detach().requires_grad_(true);
    Tensor logits = decoder.logits(leaf);
    Tensor wide;
    double loss;
    try (NoGradGuard noGrad = new NoGradGuard()) {
      wide = wide(logits.detach());
      loss = objective.differentiate(wide, targets).item_double();
      wide.mul_(new Scalar(scale));
    }
    backward(logits, wide.to(logits.scalar_type()));
    try (NoGradGuard noGrad = new NoGradGuard()) {
      gradient.copy_(new Tensor(leaf.grad()));
    }
    return loss;
  }

  private Tensor wide(Tensor logits) {
    return logits.to(decoder.parameters().precision().master().scalarType());
  }

  private long chunkRows() {
    return Math.max(1, CHUNK_ELEMENTS / decoder.config().vocabSize());
  }

  static void backward(Tensor output, Tensor gradient) {
    output.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
  }
}
