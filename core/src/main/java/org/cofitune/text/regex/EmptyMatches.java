package org.cofitune.text.regex;

import java.util.regex.PatternSyntaxException;

/**
 * Counts in how many ways an expression matches nothing. Java's engine tries them all without
 * reading a character: {@code (|){50}x} has 2^50 of them, and so has {@code a(|){50}} behind every
 * a. The expression is known to be one.
 *
 * <p>Of a part, {@code ways} says how often it can be passed without a character, and {@code cost}
 * how many attempts that takes; {@code waysOn} and {@code costOn} say the same from the last
 * character that the part has read to its end. In a sequence the ways multiply, and each part is
 * tried once for every way through the parts before it; of alternatives the ways add up.
 */
final class EmptyMatches {
  /** Attempts between two characters; an ordinary expression has about one per element. */
  private static final double MAX_COST = 1000;

  private static final String QUOTES = "QE";
  private static final String WITH_BRACES = "pPxN";
  private static final String ANCHORS = "bBAGzZ";

  private final String text;
  private int at;

  private EmptyMatches(String text) {
    this.text = text;
  }

  private record Part(double ways, double cost, double waysOn, double costOn) {
    static final Part CHARACTER = new Part(0, 1, 1, 0);
    static final Part ANCHOR = new Part(1, 1, 0, 0);
    static final Part NOTHING = new Part(1, 0, 0, 0);

    Part then(Part next) {
      return new Part(
          ways * next.ways,
          cost + ways * next.cost,
          Math.max(waysOn * next.ways, next.waysOn),
          Math.max(costOn + waysOn * next.cost, next.costOn));
    }

    Part or(Part other) {
      return new Part(
          ways + other.ways,
          cost + other.cost + 1,
          Math.max(waysOn, other.waysOn),
          Math.max(costOn, other.costOn));
    }

    Part optional() {
      return new Part(ways + 1, cost + 1, waysOn, costOn);
    }

    /** Any number of them: what has read a character may begin again. */
    Part repeated() {
      Part once = optional();
      return new Part(once.ways, once.cost, waysOn * once.ways, costOn + waysOn * once.cost);
    }

    Part times(int count) {
      double all = Math.pow(ways, count);
      double attempts = Math.max(1, cost) * Math.max(1, ways == 1 ? count : all);
      return new Part(
          all, attempts, waysOn * Math.max(1, all), costOn + (count > 1 ? waysOn * attempts : 0));
    }

    /** Passed without a character at the end of a text. */
    Part absent() {
      return new Part(Math.max(1, ways), cost, waysOn, costOn);
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
    if (!(whole.cost <= MAX_COST && whole.costOn <= MAX_COST)) {
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
    boolean absent = false;
    if (skip('?')) {
      if (skip('<')) {
        absent = skip('!');
        at = absent || skip('=') ? at : text.indexOf('>', at) + 1;
      } else {
        absent = skip('!');
        if (!absent && !skip('=') && !skip('>')) {
          flags();
        }
      }
    }
    Part inside = alternatives();
    skip(')');
    return absent ? inside.absent() : inside;
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
    if (skip('?')) {
      all = part.optional();
    } else if (skip('*')) {
      all = part.repeated();
    } else if (skip('+')) {
      all = part.then(part.repeated());
    } else if (isCount()) {
      all = part.times(count()).then(part.repeated());
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
