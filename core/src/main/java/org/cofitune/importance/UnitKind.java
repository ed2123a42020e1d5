package org.cofitune.importance;

import org.cofitune.model.ModelConfig;

/** The three kinds of units that importance is known of (METHOD.md section 4). */
public enum UnitKind {
  /** An attention head; its gate multiplies the head's attention probabilities. */
  HEAD("head"),
  /** A neuron of the feed-forward network; its gate multiplies a row of {@code up_proj}. */
  INTERMEDIATE("intermediate"),
  /** A coordinate of what the network adds; its gate multiplies a row of {@code down_proj}. */
  OUTPUT("output");

  private final String word;

  UnitKind(String word) {
    this.word = word;
  }

  /** The word that the authors' files and recipes use, for example {@code head}. */
  public String word() {
    return word;
  }

  /** The authors' file name, for example {@code head_impt.npy}. */
  public String fileName() {
    return word + "_impt.npy";
  }

  /** Units of this kind in one layer. */
  public int units(ModelConfig config) {
    return switch (this) {
      case HEAD -> config.attention().numHeads();
      case INTERMEDIATE -> config.intermediateSize();
      case OUTPUT -> config.hiddenSize();
    };
  }
}
