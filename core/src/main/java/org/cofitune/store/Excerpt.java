package org.cofitune.store;

import java.util.Collection;
import java.util.stream.Collectors;

/** Text from files, cut to a length that fits in a message. */
final class Excerpt {
  private static final int MAX_CHARS = 120;
  private static final int MAX_ITEMS = 8;

  private Excerpt() {}

  /** The text in double quotes, cut if it is long. */
  static String quoted(String text) {
    String shown =
        text.length() <= MAX_CHARS
            ? text
            : text.substring(0, MAX_CHARS) + "... (" + text.length() + " characters)";
    return '"' + shown + '"';
  }

  /** The first items, and how many more there are. */
  static String list(Collection<String> items) {
    if (items.isEmpty()) {
      return "nothing";
    }
    String first =
        items.stream()
            .limit(MAX_ITEMS)
            .map(item -> item.length() <= MAX_CHARS ? item : item.substring(0, MAX_CHARS) + "...")
            .collect(Collectors.joining(", "));
    int more = items.size() - MAX_ITEMS;
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
