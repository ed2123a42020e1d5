package org.cofitune.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A report, ready to be written.
 *
 * @param name of the run
 * @param version of this program
 * @param headline what the run came to
 * @param sections in order
 * @param assets what makes the page stand alone
 */
record Page(String name, String version, Headline headline, List<Section> sections, Assets assets) {
  Page {
    name = PrintableText.of(name);
    sections = List.copyOf(sections);
  }

  /** What the charts are drawn from, by their ids. */
  String data() {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    for (Section section : sections) {
      for (Block block : section.blocks()) {
        if (block instanceof Chart chart) {
          data.set(chart.id(), chart.data());
        }
      }
    }
    return DataBlock.of(data);
  }
}
