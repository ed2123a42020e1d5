package org.cofitune.train;

/** What the forward pass keeps for the backward pass. */
public enum ActivationMemory {
  /** Everything that gradients need. */
  KEEP,
  /**
   * Each layer's input; the layer runs again on the way back: less memory, about a third more time.
   */
  RECOMPUTE,
  /** As {@link #RECOMPUTE}, with the inputs in the host's memory until the way back. */
  RECOMPUTE_FROM_HOST;

  static ActivationMemory of(TrainingArguments arguments) {
    if (!arguments.gradientCheckpointing()) {
      return KEEP;
    }
    return arguments.offload().contains(Offload.ACTIVATIONS) ? RECOMPUTE_FROM_HOST : RECOMPUTE;
  }
}
