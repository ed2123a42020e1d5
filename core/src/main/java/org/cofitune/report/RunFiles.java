package org.cofitune.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.pipeline.CompareFolder;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.pipeline.Sample;
import org.cofitune.search.Trial;
import org.cofitune.store.DiskFault;
import org.cofitune.store.StrictJson;

/**
 * What a run has left so far. Every piece may be absent: a search has no score cards, a training no
 * trials.
 */
record RunFiles(RunDirectory run) {

  /**
   * The files of a run.
   *
   * @throws CofituneException of kind RECIPE if there is no run
   */
  static RunFiles of(RunDirectory run) {
    if (!Files.isRegularFile(run.recipe()) && !Files.isRegularFile(run.scorecard())) {
      throw CofituneException.of(ErrorKind.RECIPE, "no run there")
          .at(run.path())
          .expected("a folder with recipe.yaml, as run, train, search, and compare leave it")
          .found(Files.isDirectory(run.path()) ? "other files" : "no such folder")
          .next("name the output_dir of a run")
          .build();
    }
    return new RunFiles(run);
  }

  /** The last part of the run's path. */
  String name() {
    return String.valueOf(run.path().toAbsolutePath().normalize().getFileName());
  }

  Optional<Scorecard> baseCard() {
    return there(run.baseScorecard()).map(ScorecardJson::read);
  }

  Optional<Scorecard> tunedCard() {
    return there(run.scorecard()).map(ScorecardJson::read);
  }

  Optional<Comparison> comparison() {
    return there(run.comparison()).map(ScorecardJson::readComparison);
  }

  /** The table of a comparison of methods. */
  Optional<MethodTable> methods() {
    return there(CompareFolder.of(run).table("json")).map(MethodTable::read);
  }

  /** The curve that {@code cofitune dial --out RUN/dial.json} leaves. */
  Optional<ObjectNode> dial() {
    return there(run.path().resolve("dial.json")).map(StrictJson::readObject);
  }

  /** The finished trials of the last search; none without a search. */
  List<Trial> trials() {
    List<Trial> all = there(run.trials()).map(TrialLines::read).orElse(List.of());
    return all.stream()
        .filter(trial -> trial.setting().equals(all.get(all.size() - 1).setting()))
        .toList();
  }

  Optional<ObjectNode> searchResult() {
    return there(run.searchResult()).map(StrictJson::readObject);
  }

  Optional<TrainingCurves> curves() {
    return there(run.events()).map(TrainingCurves::read).filter(curves -> !curves.isEmpty());
  }

  /** Where importance lies, if it was measured in this run. */
  Optional<Path> importance() {
    return Optional.of(run.importance()).filter(Files::isDirectory);
  }

  /** What {@code cofitune analyze} found. */
  Optional<ObjectNode> analysis() {
    return there(run.path().resolve("analysis").resolve("analysis.json"))
        .map(StrictJson::readObject);
  }

  List<Sample> samples() {
    return there(run.samples()).map(Sample::read).orElse(List.of());
  }

  /** What is written beside the delta about the training. */
  Optional<ObjectNode> training() {
    return there(run.delta().resolve("cofitune.json")).map(StrictJson::readObject);
  }

  Optional<String> recipe() {
    return there(run.recipe())
        .map(
            file -> {
              try {
                return Files.readString(file);
              } catch (IOException e) {
                throw DiskFault.reading(file, e);
              }
            });
  }

  Optional<ObjectNode> environment() {
    return there(run.environment()).map(StrictJson::readObject);
  }

  private static Optional<Path> there(Path file) {
    return Optional.of(file).filter(Files::isRegularFile);
  }
}
