package org.cofitune.report;

import java.util.List;

/**
 * A section of the page.
 *
 * @param id its anchor
 * @param title its heading
 * @param lead what it says, a few sentences
 * @param blocks charts, tables, and texts in order
 */
record Section(String id, String title, String lead, List<Block> blocks) {
  Section {
    title = PrintableText.of(title);
    lead = PrintableText.of(lead);
    blocks = List.copyOf(blocks);
  }
}
