package org.cofitune.generate;

/** Why a text ended. */
public enum FinishReason {
  /** The model wrote a token that ends a text. */
  STOP_TOKEN,
  /** A stop string came. */
  STOP_STRING,
  /** The text has as many tokens as were asked for. */
  LENGTH,
  /** Prompt and text fill the model's context. */
  CONTEXT_FULL,
  /** The listener wanted no more. */
  CANCELLED
}
