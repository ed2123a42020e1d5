package org.cofitune.pipeline;

import java.util.List;
import java.util.Locale;

/** The stages of a pipeline, in their order. */
public enum Stage {
  /** What the base model scores. */
  BASE_SCORES,
  /** Which region is worth training. */
  SEARCH,
  /** Which units matter for what the model could do before. */
  IMPORTANCE,
  /** Training, delta, and merged model. */
  TRAINING,
  /** What the tuned model scores, and what changed. */
  SCORES;

  /** The stages whose outputs it reads. */
  List<Stage> needs() {
    return switch (this) {
      case BASE_SCORES, SEARCH, IMPORTANCE -> List.of();
      case TRAINING -> List.of(SEARCH, IMPORTANCE);
      case SCORES -> List.of(TRAINING, BASE_SCORES);
    };
  }

  /** The name for people: {@code base scores}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
