package org.cofitune.server;

import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.GenerationListener;
import org.cofitune.generate.PromptScores;
import org.jspecify.annotations.Nullable;

/**
 * What the model is to do with one prompt: score it, continue it, or both in this order. Told on
 * the model's thread, which must not be kept waiting.
 */
interface PromptWork extends GenerationListener {
  /** Place of the prompt in its request. */
  int row();

  int[] prompt();

  /** How to continue, null where nothing is to follow. */
  @Nullable GenerationConfig continuation();

  /** Alternatives to every token of the prompt, negative where it is not scored. */
  int scoredAlternatives();

  void onScores(PromptScores scores);

  /** Whether nothing more is to be told. */
  boolean isDone();

  /** The model failed, or is no more; means nothing to work that is done. */
  void onFailure(Throwable failure);

  boolean isCancelled();

  @Override
  default boolean isCancelled(int row) {
    return isCancelled();
  }
}
