package org.cofitune.cli;

import java.util.Locale;

/**
 * Facts on standard output, one a line: a name, and what is said of it.
 *
 * @param width of the column of names
 */
record Facts(Console console, int width) {
  private static final int WIDTH = 9;

  Facts(Console console) {
    this(console, WIDTH);
  }

  void print(String name, String format, Object... values) {
    console
        .out()
        .println(
            String.format(Locale.ROOT, "%-" + width + "s", name)
                + String.format(Locale.ROOT, format, values));
  }
}
