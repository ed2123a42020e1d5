package org.cofitune.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * A chart, and the same in words and numbers for whoever does not see it.
 *
 * @param id of its element and of its data
 * @param title what it shows
 * @param summary a sentence that says what can be seen
 * @param data what the page's script draws; {@code kind} says how
 * @param width how much of the page it takes
 * @param height in CSS pixels
 * @param table the numbers
 */
record Chart(
    String id, String title, String summary, ObjectNode data, Width width, int height, Table table)
    implements Block {
  /** The height of a chart of lines or points. */
  static final int USUAL_HEIGHT = 300;

  /** How much of the page's width a chart takes. */
  enum Width {
    /** All of it. */
    FULL,
    /** One of two side by side, where there is room. */
    HALF,
    /** All of it and never less than its labels need: a narrow page lets it scroll. */
    WIDE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  Chart {
    title = PrintableText.of(title);
    summary = PrintableText.of(summary);
  }
}
