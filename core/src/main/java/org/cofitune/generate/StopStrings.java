package org.cofitune.generate;

import java.util.List;

/**
 * Finds stop strings in text that comes in pieces, wherever the pieces break, and lets text out as
 * soon as it cannot be the beginning of one.
 */
final class StopStrings {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopStrings(List<String> stops) {
    this.stops = stops;
  }

  /** Takes the next piece and returns the text that is certain now, without any stop string. */
  String accept(String piece) {
    if (found) {
      return "";
    }
    held.append(piece);
    int start = firstStop();
    if (start >= 0) {
      found = true;
      return take(start);
    }
    return take(held.length() - possibleBeginning());
  }

  /** Whether a stop string has come. */
  boolean found() {
    return found;
  }

  /** What was held back when the text ends for another reason. */
  String finish() {
    return found ? "" : take(held.length());
  }

  /**
   * Where the stop string that is complete first starts, -1 if there is none. By its end, not its
   * start, so that the result does not depend on where the pieces break.
   */
  private int firstStop() {
    int firstEnd = Integer.MAX_VALUE;
    int start = -1;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      int end = at + stop.length();
      if (at >= 0 && (end < firstEnd || (end == firstEnd && at < start))) {
        firstEnd = end;
        start = at;
      }
    }
    return start;
  }

  /** Length of the longest end of the held text that a stop string begins with. */
  private int possibleBeginning() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
        if (stop.startsWith(held.substring(held.length() - n))) {
          longest = n;
        }
      }
    }
    return longest;
  }

  private String take(int length) {
    String text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }
}
