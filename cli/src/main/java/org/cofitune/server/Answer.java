package org.cofitune.server;

/** Where the choices of a request go; told on the model's thread, which it never holds up. */
sealed interface Answer permits WholeAnswer, StreamedAnswer {
  /** The prompt of a choice is scored. */
  void onScores(Choice choice);

  void onText(Choice choice, String piece);

  void onFinished(Choice choice);

  void onFailure(Throwable failure);

  /** Whether nobody waits for it any more. */
  boolean isCancelled();
}
