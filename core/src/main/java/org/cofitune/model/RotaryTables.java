package org.cofitune.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Cosines and sines for a list of tokens.
 *
 * @param cos {@code [tokens, 1, headDim]}
 * @param signedSin {@code [tokens, 1, headDim]}; the first half is negated, which turns Hugging
 *     Face's {@code rotate_half} into a plain roll
 */
public record RotaryTables(Tensor cos, Tensor signedSin) {

  /**
   * Rotates queries or keys, in the half-split form of Hugging Face checkpoints.
   *
   * @param heads {@code [tokens, heads, headDim]}; overwritten where it needs no gradient
   */
  public Tensor rotate(Tensor heads) {
    long half = heads.size(-1) / 2;
    Tensor swapped = torch.roll(heads, new long[] {half}, -1);
    Tensor turned = heads.requires_grad() ? heads.mul(cos) : heads.mul_(cos);
    return turned.addcmul_(swapped, signedSin);
  }
}
