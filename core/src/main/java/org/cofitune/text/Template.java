package org.cofitune.text;

/** Which prompt format conversations are written in ({@code template}). */
public enum Template {
  /** The checkpoint's chat template, or the Alpaca prompt where it has none. */
  AUTO,
  /** The Alpaca prompt, whatever the checkpoint has. */
  ALPACA,
  /** Nothing but the messages, one behind the other on lines of their own. */
  PLAIN
}
