package org.cofitune.search;

import org.cofitune.model.Region;

/**
 * A node of the tree: a region, and the level that it stands at.
 *
 * @param region what would be trained
 * @param level 0 for the root
 * @param from where its layers begin, as a fraction of the model's
 * @param to where they end
 */
public record Candidate(Region region, int level, double from, double to) {

  /** The region's text form, which names the candidate in files and tables. */
  public String name() {
    return region.text();
  }
}
