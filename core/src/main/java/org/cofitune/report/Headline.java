package org.cofitune.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Gauge;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.score.Scorecard;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to.
 *
 * @param sentence in one sentence, or two
 * @param tiles the numbers
 */
record Headline(String sentence, List<Tile> tiles) {
  Headline {
    sentence = PrintableText.of(sentence);
    tiles = List.copyOf(tiles);
  }

  /** The most that the files of a run can tell. */
  static Headline of(RunFiles files) {
    Optional<MethodTable> methods = files.methods();
    if (methods.flatMap(MethodTable::best).isPresent()) {
      return ofMethods(methods.orElseThrow());
    }
    Optional<Scorecard> tuned = files.tunedCard();
    List<Tile> tiles = new ArrayList<>();
    tuned.ifPresent(card -> tiles.addAll(scores(files, card)));
    tiles.addAll(training(files));
    return new Headline(sentence(files, tuned.orElse(null)), tiles);
  }

  private static Headline ofMethods(MethodTable table) {
    MethodTable.Row best = table.best().orElseThrow();
    List<Tile> tiles = new ArrayList<>();
    tiles.add(tile("Speciality S", best.speciality()));
    tiles.add(tile("Versatility V", best.versatility()));
    tiles.add(tile("uni", best.uni()));
    addShare(tiles, "Versatility kept", best.retention());
    addShare(tiles, "Part of the full gain", best.gain());
    int methods = table.rows().size() - 1;
    StringBuilder sentence = new StringBuilder();
    sentence
        .append(methods == 1 ? "" : "Of " + methods + " methods, ")
        .append(best.method())
        .append(methods == 1 ? " has uni " : " has the highest uni, ")
        .append(NumberText.points(best.uni().score()));
    if (best.retention() != null) {
      sentence
          .append(": it keeps ")
          .append(NumberText.percent(best.retention().score()))
          .append(" of the base's versatility");
      if (best.gain() != null) {
        sentence
            .append(" and has ")
            .append(NumberText.percent(best.gain().score()))
            .append(" of what the full fine-tune gains in speciality");
      }
    }
    return new Headline(sentence.append('.').toString(), tiles);
  }

  private static Tile tile(String name, Measure measure) {
    return new Tile(
        name,
        NumberText.points(measure.score()),
        "95 %: " + NumberText.interval(measure.interval()));
  }

  private static void addShare(List<Tile> tiles, String name, @Nullable Measure share) {
    if (share != null) {
      tiles.add(
          new Tile(
              name,
              NumberText.percent(share.score()),
              "95 %: " + NumberText.percents(share.interval())));
    }
  }

  private static List<Tile> scores(RunFiles files, Scorecard tuned) {
    List<Tile> tiles = new ArrayList<>();
    Optional<Scorecard> base = files.baseCard();
    add(tiles, "Speciality S", tuned.speciality(), base.map(Scorecard::speciality));
    add(tiles, "Versatility V", tuned.versatility(), base.map(Scorecard::versatility));
    addShare(tiles, "Versatility kept", files.comparison().map(Comparison::retention).orElse(null));
    for (Gauge gauge : tuned.gauges().stream().limit(1).toList()) {
      tiles.add(
          new Tile(
              "KL(base‖tuned)",
              NumberText.any(gauge.divergence().score()),
              "nats per token of " + gauge.texts()));
    }
    return tiles;
  }

  private static void add(
      List<Tile> tiles, String name, @Nullable Measure tuned, Optional<Measure> base) {
    if (tuned != null) {
      tiles.add(
          base.map(
                  before ->
                      new Tile(
                          name,
                          NumberText.points(tuned.score()),
                          NumberText.change(tuned.score() - before.score())
                              + " from "
                              + NumberText.points(before.score())))
              .orElseGet(() -> tile(name, tuned)));
    }
  }

  private static List<Tile> training(RunFiles files) {
    return files
        .curves()
        .map(
            curves ->
                List.of(
                    new Tile(
                        "Numbers trained",
                        NumberText.count(curves.trainableParameters()),
                        region(files)),
                    new Tile(
                        "Training",
                        NumberText.duration(curves.seconds()),
                        curves.steps() + " steps")))
        .orElse(List.of());
  }

  private static String region(RunFiles files) {
    return files.training().map(json -> RegionName.of(json.path("region").asText())).orElse("");
  }

  private static String sentence(RunFiles files, @Nullable Scorecard tuned) {
    Optional<Comparison> comparison = files.comparison();
    String subject = subject(files);
    if (comparison.isPresent()) {
      String change = change(comparison.get());
      if (!change.isEmpty()) {
        return subject + " " + change + ".";
      }
    }
    if (tuned != null && !tuned.gauges().isEmpty()) {
      Gauge gauge = tuned.gauges().get(0);
      return subject
          + " changes the nll of "
          + gauge.texts()
          + " from "
          + NumberText.any(gauge.baseNll().score())
          + " to "
          + NumberText.any(gauge.tunedNll().score())
          + " nats per token.";
    }
    Optional<String> found = files.searchResult().map(Headline::found);
    return found
        .or(() -> files.curves().flatMap(Headline::heldOut).map(change -> subject + change))
        .orElse(files.training().isPresent() ? subject + " is done." : "Not finished yet.");
  }

  private static String change(Comparison comparison) {
    Measure speciality = comparison.specialityChange();
    Measure retention = comparison.retention();
    List<String> parts = new ArrayList<>();
    if (speciality != null) {
      parts.add(
          (speciality.score() < 0 ? "lowers" : "raises")
              + " speciality by "
              + NumberText.points(Math.abs(speciality.score()))
              + " points");
    }
    if (retention != null) {
      parts.add("keeps " + NumberText.percent(retention.score()) + " of the base's versatility");
    }
    return String.join(" and ", parts);
  }

  private static String subject(RunFiles files) {
    return files
        .training()
        .map(
            json ->
                "Training "
                    + RegionName.of(json.path("region").asText())
                    + " of "
                    + fileName(json.at("/base/path"))
                    + " with method "
                    + json.at("/method/name").asText("unknown"))
        .orElse("The training");
  }

  private static String fileName(JsonNode path) {
    Path name = Path.of(path.asText().replace("\0", "")).getFileName();
    return Objects.toString(name, "the base");
  }

  private static Optional<String> heldOut(TrainingCurves curves) {
    List<Curve.Point> points = curves.evalLoss().points();
    return points.size() < 2
        ? Optional.empty()
        : Optional.of(
            " changes the loss of held-out rows from "
                + NumberText.any(points.get(0).value())
                + " to "
                + NumberText.any(points.get(points.size() - 1).value())
                + " nats per token.");
  }

  private static String found(JsonNode result) {
    return "The search chose "
        + RegionName.of(result.path("chosen").asText())
        + ": uni "
        + NumberText.points(result.at("/score/uni").asDouble())
        + " against the base's "
        + NumberText.points(result.at("/base/uni").asDouble())
        + ", with "
        + NumberText.percent(result.path("retention").asDouble())
        + " of its versatility.";
  }
}
