package org.cofitune.evaluate.metric;

import java.util.ArrayList;
import java.util.List;

/** White space as Python's {@code str.isspace} knows it, which the reference metrics split on. */
final class WhiteSpace {
  private WhiteSpace() {}

  static boolean is(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  /** The pieces between white space, none of them empty: Python's {@code text.split()}. */
  static List<String> split(String text) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || is(text.charAt(i))) {
        if (i > start) {
          pieces.add(text.substring(start, i));
        }
        start = i + 1;
      }
    }
    return pieces;
  }

  /** The text without white space at its end: Python's {@code text.rstrip()}. */
  static String stripTrailing(String text) {
    int end = text.length();
    while (end > 0 && is(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }
}
