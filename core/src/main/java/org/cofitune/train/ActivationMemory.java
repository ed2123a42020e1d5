package org.cofitune.train;

/** What the forward pass keeps for the backward pass. */
public enum ActivationMemory {
  /** Everything that gradients need. */
  KEEP,
  /**
   * Each layer's input; the layer runs again on the way back: less memory, about a third more time.
   */
  RECOMPUTE
}
