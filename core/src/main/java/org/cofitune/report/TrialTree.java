package org.cofitune.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cofitune.model.Region;
import org.cofitune.model.RegionParser;
import org.cofitune.search.Trial;
import org.jspecify.annotations.Nullable;

/**
 * The trials of a search as the tree that they walked.
 *
 * @param trial the node's trial with the most steps
 * @param isFollowed whether the way to the chosen region leads through it
 * @param children in the order that they were tried
 */
record TrialTree(Trial trial, boolean isFollowed, List<TrialTree> children) {
  private static final int MOST_LAYERS = 10_000;

  TrialTree {
    children = List.copyOf(children);
  }

  /**
   * Builds the tree. A node belongs to the best node a level above that contains its region.
   *
   * @param trials of one search
   * @param chosen the region that it chose; null while it goes on
   * @return empty without a node
   */
  static Optional<TrialTree> of(List<Trial> trials, @Nullable String chosen) {
    Map<String, Trial> nodes = new LinkedHashMap<>();
    for (Trial trial : trials) {
      if (trial.role() == Trial.Role.NODE) {
        nodes.merge(trial.region(), trial, (one, two) -> two.steps() >= one.steps() ? two : one);
      }
    }
    Map<String, String> parents = new LinkedHashMap<>();
    nodes
        .values()
        .forEach(
            node -> parent(node, nodes).ifPresent(p -> parents.put(node.region(), p.region())));
    Set<String> followed = new HashSet<>();
    for (String at = chosen; at != null && followed.add(at); at = parents.get(at)) {}
    return nodes.values().stream()
        .filter(node -> node.level() == 0)
        .findFirst()
        .map(root -> subtree(root, nodes, parents, followed));
  }

  private static TrialTree subtree(
      Trial node, Map<String, Trial> nodes, Map<String, String> parents, Set<String> followed) {
    List<TrialTree> children = new ArrayList<>();
    for (Trial child : nodes.values()) {
      if (node.region().equals(parents.get(child.region()))) {
        children.add(subtree(child, nodes, parents, followed));
      }
    }
    return new TrialTree(node, followed.contains(node.region()), children);
  }

  private static Optional<Trial> parent(Trial node, Map<String, Trial> nodes) {
    return nodes.values().stream()
        .filter(other -> other.level() == node.level() - 1)
        .filter(other -> contains(other.region(), node.region()))
        .max(
            Comparator.comparingInt(Trial::steps)
                .thenComparingDouble(other -> other.score().uni()));
  }

  private static boolean contains(String outer, String inner) {
    return RegionParser.parse(outer, MOST_LAYERS) instanceof Region.Modules whole
        && RegionParser.parse(inner, MOST_LAYERS) instanceof Region.Modules part
        && whole.layers().from() <= part.layers().from()
        && whole.layers().to() >= part.layers().to()
        && whole.projections().containsAll(part.projections());
  }

  /** Nodes without children. */
  int leaves() {
    return children.isEmpty() ? 1 : children.stream().mapToInt(TrialTree::leaves).sum();
  }

  /** This node, then those below it. */
  List<TrialTree> all() {
    List<TrialTree> all = new ArrayList<>(List.of(this));
    children.forEach(child -> all.addAll(child.all()));
    return all;
  }
}
