package org.cofitune.train;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.model.Decoder;
import org.jspecify.annotations.Nullable;

/**
 * The end of the network: final norm, output layer, and objective, at supervised positions only and
 * in chunks, so that {@code [tokens, vocab]} never exists whole. Forward and backward are one pass:
 * each chunk's logits are turned into their gradient and multiplied back at once.
 */
final class OutputLoss {
  /** Logits that exist at a time; 64 MiB in float32. */
  private static final long CHUNK_ELEMENTS = 1L << 24;

  private static final TokenObjective HELD_OUT = new CrossEntropy();

  private final Decoder decoder;
  private final TokenObjective objective;
  private final @Nullable ReferenceTerm reference;

  /**
   * A part of the supervised positions.
   *
   * @param input {@code [n, hidden]}, after the final norm
   * @param referenceHidden {@code [n, hidden]}, the reference's, before its final norm
   * @param targets {@code [n]}
   */
  private record Chunk(Tensor input, @Nullable Tensor referenceHidden, Tensor targets) {}

  OutputLoss(Decoder decoder, TokenObjective objective) {
    this(decoder, objective, null);
  }

  OutputLoss(Decoder decoder, TokenObjective objective, @Nullable ReferenceTerm reference) {
    this.decoder = decoder;
    this.objective = objective;
    this.reference = reference;
  }

  /** As the other, without a reference. */
  LossSums backward(Tensor hidden, Tensor targets, double scale) {
    return backward(hidden, null, targets, scale);
  }

  /**
   * Adds the gradient of {@code scale * summed loss} to the leaves that lead to the hidden states.
   *
   * @param hidden {@code [supervised, hidden]}, the last layer's output at the supervised positions
   * @param referenceHidden {@code [supervised, hidden]}, the reference's; null where there is none
   * @param targets {@code [supervised]}
   * @param scale factor on the summed loss
   * @return the summed losses, not scaled
   */
  LossSums backward(Tensor hidden, @Nullable Tensor referenceHidden, Tensor targets, double scale) {
    Tensor normalised = decoder.finalNorm(hidden);
    Tensor leaf = normalised.detach();
    Tensor gradient = torch.empty_like(leaf);
    boolean outputTrained = decoder.parameters().isTrainable(decoder.outputName());
    long rows = leaf.size(0);
    long chunk = chunkRows();
    LossSums sums = LossSums.NONE;
    for (long start = 0; start < rows; start += chunk) {
      long count = Math.min(chunk, rows - start);
      try (PointerScope scope = new PointerScope()) {
        Chunk part =
            new Chunk(
                leaf.narrow(0, start, count),
                referenceHidden == null ? null : referenceHidden.narrow(0, start, count),
                targets.narrow(0, start, count));
        Tensor partGradient = gradient.narrow(0, start, count);
        sums =
            sums.plus(
                outputTrained
                    ? backwardThroughWeight(part, scale, partGradient)
                    : backwardToInput(part, scale, partGradient));
      }
    }
    if (normalised.requires_grad()) {
      backward(normalised, gradient);
    }
    return sums;
  }

  /** The summed cross entropy, whatever is minimised: held-out losses compare methods. */
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
          sum +=
              HELD_OUT
                  .differentiate(logits, targets.narrow(0, start, count))
                  .crossEntropy()
                  .item_double();
        }
      }
      return sum;
    }
  }

  private LossSums backwardToInput(Chunk chunk, double scale, Tensor gradient) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor weight = decoder.outputWeight();
      Tensor logits = torch.linear(chunk.input(), weight);
      Tensor wide = wide(logits);
      LossSums losses = differentiate(wide, chunk);
      wide.mul_(new Scalar(scale));
      gradient.copy_(wide.to(logits.scalar_type()).mm(weight));
      return losses;
    }
  }

  private LossSums backwardThroughWeight(Chunk chunk, double scale, Tensor gradient) {
    Tensor leaf = chunk.input().detach().requires_grad_(true);
    Tensor logits = decoder.logits(leaf);
    Tensor wide;
    LossSums losses;
    try (NoGradGuard noGrad = new NoGradGuard()) {
      wide = wide(logits.detach());
      losses = differentiate(wide, chunk);
      wide.mul_(new Scalar(scale));
    }
    backward(logits, wide.to(logits.scalar_type()));
    try (NoGradGuard noGrad = new NoGradGuard()) {
      gradient.copy_(new Tensor(leaf.grad()));
    }
    return losses;
  }

  /** Turns logits into the gradient of everything that is minimised. */
  private LossSums differentiate(Tensor logits, Chunk chunk) {
    Tensor referenceHidden = chunk.referenceHidden();
    if (reference == null || referenceHidden == null) {
      TokenLosses losses = objective.differentiate(logits, chunk.targets());
      return sums(losses, 0, 0);
    }
    Decoder other = reference.reference();
    Tensor pull = wide(other.logits(other.finalNorm(referenceHidden)));
    double divergence = reference.differentiate(logits, pull).item_double();
    TokenLosses losses = objective.differentiate(logits, chunk.targets());
    logits.add_(pull);
    return sums(losses, reference.coefficient(), divergence);
  }

  private static LossSums sums(TokenLosses losses, double coefficient, double divergence) {
    return new LossSums(
        losses.minimised().item_double() + coefficient * divergence,
        losses.crossEntropy().item_double(),
        divergence);
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
