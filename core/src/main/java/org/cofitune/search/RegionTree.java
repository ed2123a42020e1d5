package org.cofitune.search;

import static org.cofitune.model.Projection.DOWN_PROJ;
import static org.cofitune.model.Projection.GATE_PROJ;
import static org.cofitune.model.Projection.K_PROJ;
import static org.cofitune.model.Projection.O_PROJ;
import static org.cofitune.model.Projection.Q_PROJ;
import static org.cofitune.model.Projection.UP_PROJ;
import static org.cofitune.model.Projection.V_PROJ;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.model.LayerRange;
import org.cofitune.model.Projection;
import org.cofitune.model.Region;

/**
 * The tree of regions (METHOD.md section 7): halves of the depth, quarters, attention or
 * feed-forward, groups of projections.
 *
 * @param numLayers layers of the model
 * @param levels how each level's children are made, from the root down
 */
public record RegionTree(int numLayers, List<TreeLevel> levels) {

  /** The levels of the paper. */
  public static final List<TreeLevel> DEFAULT_LEVELS = List.of(TreeLevel.values());

  private static final List<Set<Projection>> FEED_FORWARD_GROUPS =
      List.of(
          EnumSet.of(UP_PROJ, DOWN_PROJ),
          EnumSet.of(GATE_PROJ, UP_PROJ),
          EnumSet.of(UP_PROJ),
          EnumSet.of(DOWN_PROJ));

  private static final List<Set<Projection>> ATTENTION_GROUPS =
      List.of(
          EnumSet.of(Q_PROJ, K_PROJ),
          EnumSet.of(V_PROJ, O_PROJ),
          EnumSet.of(Q_PROJ, K_PROJ, V_PROJ));

  public RegionTree {
    levels = List.copyOf(levels);
  }

  /** All projections of all layers. */
  public Candidate root() {
    return new Candidate(
        new Region.Modules(new LayerRange(0, numLayers), EnumSet.allOf(Projection.class)), 0, 0, 1);
  }

  /**
   * The children of a node, in the order that they are tried; none below the last level, and none
   * that is the node itself (a model may have too few layers to be split further).
   */
  public List<Candidate> children(Candidate node) {
    if (node.level() >= levels.size() || !(node.region() instanceof Region.Modules modules)) {
      return List.of();
    }
    Map<Region, Candidate> children = new LinkedHashMap<>();
    switch (levels.get(node.level())) {
      case HALVES -> {
        addRange(children, node, modules, 0, 0.5);
        addRange(children, node, modules, 0.25, 0.75);
        addRange(children, node, modules, 0.5, 1);
      }
      case QUARTERS -> {
        addRange(children, node, modules, 0, 0.5);
        addRange(children, node, modules, 0.5, 1);
      }
      case BLOCKS -> {
        addModules(children, node, modules, Projection.ATTENTION);
        addModules(children, node, modules, Projection.FEED_FORWARD);
      }
      case PROJECTIONS -> {
        FEED_FORWARD_GROUPS.forEach(group -> addModules(children, node, modules, group));
        ATTENTION_GROUPS.forEach(group -> addModules(children, node, modules, group));
      }
    }
    children.remove(modules);
    return List.copyOf(children.values());
  }

  /**
   * A part of the node's depth. Boundaries round in the whole model, so that parts fit together.
   */
  private void addRange(
      Map<Region, Candidate> children,
      Candidate node,
      Region.Modules modules,
      double fromShare,
      double toShare) {
    double depth = node.to() - node.from();
    double from = node.from() + fromShare * depth;
    double to = node.from() + toShare * depth;
    int first = LayerRange.boundary(from, numLayers);
    int end = LayerRange.boundary(to, numLayers);
    if (first < end) {
      Region region = new Region.Modules(new LayerRange(first, end), modules.projections());
      children.putIfAbsent(region, new Candidate(region, node.level() + 1, from, to));
    }
  }

  private static void addModules(
      Map<Region, Candidate> children,
      Candidate node,
      Region.Modules modules,
      Set<Projection> projections) {
    if (modules.projections().containsAll(projections)) {
      Region region = new Region.Modules(modules.layers(), projections);
      children.putIfAbsent(region, new Candidate(region, node.level() + 1, node.from(), node.to()));
    }
  }
}
