package org.cofitune.text.regex;

import java.util.regex.PatternSyntaxException;

/**
 * Counts in how many ways an expression matches nothing. Java's engine tries them all without
 * reading a character: {@code (|){50}x} has 2^50 of them. The expression is known to be one.
 *
 * <p>Of a part, {@code ways} says how often it can be passed without a character, and {@code cost}
 * how many attempts that takes. In a sequence the ways multiply, and each part is tried once for
 * every way through the parts before it; of alternatives the ways add up.
 */
final class EmptyMatches {
  /** Attempts at one place of a text; an ordinary expression has about one per element. */
  private static final double MAX_COST = 1000;

  private static final String QUOTES = "QE";
  private static final String WITH_BRACES = "pPxN";
  private static final String ANCHORS = "bBAGzZ";

  private final String text;
  private int at;

  private EmptyMatches(String text) {
    this.text = text;
  }

  private record Part(double ways, double cost) {
    static final Part CHARACTER = new Part(0, 1);
    static final Part ANCHOR = new Part(1, 1);
    static final Part NOTHING = new Part(1, 0);

    Part then(Part next) {
      return new Part(ways * next.ways, cost + ways * next.cost);
    }

    Part or(Part other) {
      return new Part(ways + other.ways, cost + other.cost + 1);
    }

    Part optional() {
      return new Part(ways + 1, cost + 1);
    }

    Part times(int count) {
      double all = Math.pow(ways, count);
      return new Part(all, Math.max(1, cost) * Math.max(1, ways == 1 ? count : all));
    }
  }

  /**
   * Refuses an expression that costs too much.
   *
   * @throws PatternSyntaxException also where the expression uses what is not understood here
   */
  static void check(String expression) {
    EmptyMatches reader = new EmptyMatches(expression);
    Part whole = reader.alternatives();
    while (reader.at < expression.length()) {
      reader.at++; // a closing bracket without an opening one
      whole = whole.then(reader.alternatives());
    }
    if (!(whole.cost <= MAX_COST)) {
      throw reader.refused("matches nothing in too many ways");
    }
  }

  private Part alternatives() {
    Part all = sequence();
    while (skip('|')) {
      all = all.or(sequence());
    }
    return all;
  }

  private Part sequence() {
    Part all = Part.NOTHING;
    while (at < text.length() && text.charAt(at) != '|' && text.charAt(at) != ')') {
      all = all.then(repeated(element()));
    }
    return all;
  }

  private Part element() {
    if (isCount()) {
      return Part.NOTHING; // Java repeats the nothing in front of it
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '(' -> group();
      case '[' -> characterClass();
      case '\\' -> escape();
      case '^', '$' -> Part.ANCHOR;
      default -> Part.CHARACTER;
    };
  }

  private Part group() {
    if (skip('?')) {
      if (skip('<')) {
        boolean lookBehind = skip('=') || skip('!');
        at = lookBehind ? at : text.indexOf('>', at) + 1;
      } else if (!skip('=') && !skip('!') && !skip('>')) {
        flags();
      }
    }
    Part inside = alternatives();
    skip(')');
    return inside;
  }

  /** {@code (?i)} and {@code (?i:}. */
  private void flags() {
    while (at < text.length() && text.charAt(at) != ':' && text.charAt(at) != ')') {
      if (text.charAt(at++) == 'x') {
        throw refused("the flag x is not supported");
      }
    }
    skip(':');
  }

  private Part characterClass() {
    skip('^');
    boolean empty = true;
    while (at < text.length() && (empty || text.charAt(at) != ']')) {
      char c = text.charAt(at++);
      empty = false;
      if (c == '[') {
        characterClass();
      } else if (c == '\\') {
        escape();
      } else if (c == '&' && at < text.length() && text.charAt(at) == '&') {
        throw refused("&& in a class is not supported");
      }
    }
    at++;
    return Part.CHARACTER;
  }

  private Part escape() {
    char c = at < text.length() ? text.charAt(at++) : '\\';
    if (QUOTES.indexOf(c) >= 0) {
      throw refused("\\" + c + " is not supported");
    }
    if (WITH_BRACES.indexOf(c) >= 0 && skip('{')) {
      at = text.indexOf('}', at) + 1;
    } else if (c == 'c') {
      at++;
    } else if (c == 'k') {
      at = text.indexOf('>', at) + 1;
      return Part.ANCHOR;
    }
    boolean reference = c >= '1' && c <= '9';
    boolean boundary = ANCHORS.indexOf(c) >= 0;
    if (c == 'b' && skip('{')) {
      at = text.indexOf('}', at) + 1;
    }
    return reference || boundary ? Part.ANCHOR : Part.CHARACTER;
  }

  private Part repeated(Part part) {
    Part all = part;
    if (skip('*') || skip('?')) {
      all = part.optional();
    } else if (skip('+')) {
      all = part.then(part.optional());
    } else if (isCount()) {
      all = part.times(count()).then(part.optional());
    } else {
      return all;
    }
    if (!skip('?')) {
      skip('+');
    }
    return all;
  }

  private boolean isCount() {
    return at + 1 < text.length()
        && text.charAt(at) == '{'
        && text.charAt(at + 1) >= '0'
        && text.charAt(at + 1) <= '9';
  }

  /** The least count of {@code {2,3}}. */
  private int count() {
    int end = text.indexOf('}', at);
    int comma = text.indexOf(',', at);
    int least = Integer.parseInt(text.substring(at + 1, comma > 0 && comma < end ? comma : end));
    at = end + 1;
    return least;
  }

  private boolean skip(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private PatternSyntaxException refused(String why) {
    return new PatternSyntaxException(why, text, -1);
  }
}
