package org.cofitune.generate;

/** Follows texts while they are generated; called on the thread that generates. */
public interface GenerationListener {
  /** Hears nothing. */
  GenerationListener NONE = new GenerationListener() {};

  /**
   * A token was chosen.
   *
   * @param row the prompt's place in the list
   */
  default void onToken(int row, GeneratedToken token) {}

  /** The token was chosen that ends the text and is not part of it. */
  default void onStopToken(int row, GeneratedToken token) {}

  /**
   * Text became certain; the pieces of a row together are its text.
   *
   * @param row the prompt's place in the list
   * @param piece never empty
   */
  default void onText(int row, String piece) {}

  /** A text is finished. */
  default void onFinished(int row, Generation generation) {}

  /** Asked before every token; true ends the text. */
  default boolean isCancelled(int row) {
    return false;
  }
}
