package org.cofitune.text;

import java.util.Arrays;

/**
 * Turns ids into text while they are generated: every piece is final text, and a character whose
 * bytes are spread over several tokens comes out whole with the last of them.
 *
 * <pre>{@code
 * StreamingDecoder decoder = tokenizer.streamingDecoder(true);
 * for (int id : ids) {
 *   terminal.print(decoder.accept(id));
 * }
 * terminal.print(decoder.finish());
 * }</pre>
 *
 * <p>The pieces together are {@link Tokenizer#decode} of all ids. Not safe for several threads.
 */
public final class StreamingDecoder {
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;

  /** Ids whose text decides what the next ids mean: those of the last piece, then the open ones. */
  private int[] window = new int[16];

  private int length;

  /** How many ids of the window have been given out as text. */
  private int emitted;

  private String emittedText = "";

  StreamingDecoder(Tokenizer tokenizer, boolean skipSpecialTokens) {
    this.tokenizer = tokenizer;
    this.skipSpecialTokens = skipSpecialTokens;
  }

  /** Takes the next id and returns the text that became certain with it, often empty. */
  public String accept(int id) {
    if (skipSpecialTokens && tokenizer.isSpecial(id)) {
      return "";
    }
    if (length == window.length) {
      window = Arrays.copyOf(window, 2 * length);
    }
    window[length++] = id;
    String text = decode(0, length);
    if (text.length() <= emittedText.length() || text.charAt(text.length() - 1) == REPLACEMENT) {
      return "";
    }
    String piece = text.substring(emittedText.length());
    System.arraycopy(window, emitted, window, 0, length - emitted);
    length -= emitted;
    emitted = length;
    emittedText = decode(0, length);
    return piece;
  }

  /** Returns what is left at the end: an incomplete character appears as U+FFFD. */
  public String finish() {
    if (emitted == length) {
      return "";
    }
    String text = decode(0, length);
    String piece =
        text.startsWith(emittedText)
            ? text.substring(emittedText.length())
            : decode(emitted, length);
    emitted = length;
    emittedText = text;
    return piece;
  }

  private String decode(int from, int to) {
    return tokenizer.decode(Arrays.copyOfRange(window, from, to), skipSpecialTokens);
  }
}
