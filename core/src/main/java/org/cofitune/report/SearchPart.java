package org.cofitune.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofitune.model.RegionLabel;
import org.cofitune.search.Trial;
import org.jspecify.annotations.Nullable;

/** The tree that a search walked, and what its trials scored. */
final class SearchPart {
  private static final int LEAF_HEIGHT = 40;
  private static final int LEAST_HEIGHT = 200;

  private SearchPart() {}

  static Optional<Section> of(RunFiles files) {
    List<Trial> trials = files.trials();
    String chosen = files.searchResult().map(result -> result.path("chosen").asText()).orElse(null);
    return TrialTree.of(trials, chosen)
        .map(
            tree ->
                new Section(
                    "search",
                    "Search for the region",
                    lead(trials, chosen),
                    List.of(tree(tree, trials, chosen), plane(tree, trials))));
  }

  private static String lead(List<Trial> trials, @Nullable String chosen) {
    long nodes =
        trials.stream()
            .filter(t -> t.role() == Trial.Role.NODE)
            .map(Trial::region)
            .distinct()
            .count();
    String found =
        chosen == null ? "The search goes on." : "The search chose " + RegionName.of(chosen) + ".";
    return nodes
        + " regions were tried, each trained for a few steps and scored on the development set. "
        + found;
  }

  private static Chart tree(TrialTree tree, List<Trial> trials, @Nullable String chosen) {
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("kind", "tree");
    data.set("root", node(tree, chosen));
    return new Chart(
        "tree",
        "Regions tried, with uni",
        "From the whole depth on the left to ever smaller regions on the right."
            + (chosen == null ? "" : " The way to " + RegionName.of(chosen) + " is marked."),
        data,
        Chart.Width.WIDE,
        Math.max(LEAST_HEIGHT, LEAF_HEIGHT * tree.leaves()),
        table(tree, trials, chosen));
  }

  private static ObjectNode node(TrialTree tree, @Nullable String chosen) {
    Trial trial = tree.trial();
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", PrintableText.of(RegionLabel.of(trial.region())))
            .put("s", trial.score().speciality())
            .put("v", trial.score().versatility())
            .put("uni", trial.score().uni())
            .put("steps", trial.steps())
            .put("parameters", NumberText.count(trial.parameters()))
            .put("followed", tree.isFollowed())
            .put("chosen", trial.region().equals(chosen));
    ArrayNode children = node.putArray("children");
    tree.children().forEach(child -> children.add(node(child, chosen)));
    return node;
  }

  private static Table table(TrialTree tree, List<Trial> trials, @Nullable String chosen) {
    Table.Builder table =
        Table.of("Trials", 2, "region", "role", "level", "steps", "parameters", "S", "V", "uni");
    trials.stream().filter(t -> t.role() == Trial.Role.BASE).forEach(t -> row(table, t, "base"));
    for (TrialTree node : tree.all()) {
      boolean isChosen = node.trial().region().equals(chosen);
      row(table, node.trial(), isChosen ? "chosen" : node.isFollowed() ? "followed" : "tried");
    }
    trials.stream()
        .filter(SearchPart::isControl)
        .forEach(trial -> row(table, trial, control(trial)));
    return table.build();
  }

  private static void row(Table.Builder table, Trial trial, String role) {
    table.row(
        RegionLabel.of(trial.region()),
        role,
        trial.level() < 0 ? NumberText.NONE : String.valueOf(trial.level()),
        String.valueOf(trial.steps()),
        NumberText.count(trial.parameters()),
        NumberText.points(trial.score().speciality()),
        NumberText.points(trial.score().versatility()),
        NumberText.points(trial.score().uni()));
  }

  private static boolean isControl(Trial trial) {
    return trial.role() == Trial.Role.RANDOM_CONTROL
        || trial.role() == Trial.Role.WHOLE_MODEL_CONTROL;
  }

  private static String control(Trial trial) {
    return trial.role() == Trial.Role.RANDOM_CONTROL ? "control: random region" : "control: all";
  }

  private static Chart plane(TrialTree tree, List<Trial> trials) {
    List<ScorePlane.Point> points = new ArrayList<>();
    trials.stream()
        .filter(trial -> trial.role() == Trial.Role.BASE)
        .forEach(trial -> points.add(point("base", ScorePlane.Kind.BASE, trial)));
    tree.all().stream()
        .map(TrialTree::trial)
        .forEach(
            trial ->
                points.add(point(RegionLabel.of(trial.region()), ScorePlane.Kind.TRIAL, trial)));
    trials.stream()
        .filter(SearchPart::isControl)
        .forEach(trial -> points.add(point(control(trial), ScorePlane.Kind.CONTROL, trial)));
    return new ScorePlane(points).chart("trials-plane", "Trials by speciality and versatility");
  }

  private static ScorePlane.Point point(String name, ScorePlane.Kind kind, Trial trial) {
    return new ScorePlane.Point(
        name, kind, trial.score().speciality(), trial.score().versatility(), null, null);
  }
}
