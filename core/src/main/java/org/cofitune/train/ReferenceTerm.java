package org.cofitune.train;

import org.bytedeco.pytorch.Tensor;
import org.cofitune.model.Decoder;

/**
 * How far a prediction is from a frozen model's, added to the objective at every supervised
 * position. Both models' logits exist for a chunk of positions at a time.
 */
public interface ReferenceTerm {

  /**
   * The model that is compared with. Its layers below the lowest trained one must be those of the
   * trained model: they are computed once for both.
   */
  Decoder reference();

  /** The factor on the summed term in the loss. */
  double coefficient();

  /**
   * Computes the term of a chunk and, in the memory of the reference's logits, its gradient.
   *
   * @param logits {@code [n, vocab]} of the trained model, left as they are
   * @param referenceLogits {@code [n, vocab]}; overwritten with the gradient of {@code coefficient
   *     * summed term} with respect to {@code logits}
   * @return the summed term before its coefficient, a scalar tensor
   */
  Tensor differentiate(Tensor logits, Tensor referenceLogits);
}
