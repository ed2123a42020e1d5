package org.cofitune.report;

import org.cofitune.model.RegionLabel;

/** A region in a sentence: {@code layers 3–5 (mha+ffn)}. */
final class RegionName {
  private RegionName() {}

  /** The words for a text form. */
  static String of(String text) {
    String label = RegionLabel.of(text);
    int blank = label.indexOf(' ');
    if (!text.contains(":") || blank < 0) {
      return "the " + label;
    }
    String range = label.substring(0, blank);
    String modules = " (" + label.substring(blank + 1) + ")";
    int dash = range.indexOf('-');
    boolean single = dash < 0 || range.substring(0, dash).equals(range.substring(dash + 1));
    return single
        ? "layer " + range.substring(dash + 1) + modules
        : "layers " + range.replace('-', '–') + modules;
  }
}
