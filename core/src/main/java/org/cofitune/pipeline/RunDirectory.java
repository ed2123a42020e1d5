package org.cofitune.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.DiskFault;
import org.cofitune.store.RunLock;
import org.cofitune.store.StrictJson;
import org.cofitune.train.RunIdentity;

/** The files of a run, by name. */
public record RunDirectory(Path path) {

  /** The folder that a recipe names. */
  static RunDirectory of(Recipe recipe) {
    return new RunDirectory(Objects.requireNonNull(recipe.section(RunSection.class).outputDir()));
  }

  /** The resolved recipe. */
  public Path recipe() {
    return path.resolve("recipe.yaml");
  }

  /** Versions, hardware, fingerprints. */
  public Path environment() {
    return path.resolve("environment.json");
  }

  /** What happened, one JSON object per line. */
  public Path events() {
    return path.resolve("events.jsonl");
  }

  public Path tensorboard() {
    return path.resolve("tensorboard");
  }

  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  /** What training changed. */
  public Path delta() {
    return path.resolve("delta");
  }

  /** Adapters in peft's format, where the method trains any. */
  public Path adapter() {
    return path.resolve("adapter");
  }

  /** The merged checkpoint. */
  public Path model() {
    return path.resolve("model");
  }

  /** What the layers of base and tuned model do. */
  public Path analysis() {
    return path.resolve("analysis");
  }

  /** Finished trials of a search, one per line. */
  public Path trials() {
    return search().resolve("trials.jsonl");
  }

  /** Checkpoints of trials that are not finished. */
  public Path trialsInProgress() {
    return search().resolve("trials");
  }

  /** What a search found and what it took. */
  public Path searchResult() {
    return search().resolve("result.json");
  }

  /** What the scores of a search depend on. */
  public Path searchSetting() {
    return search().resolve("setting.json");
  }

  /** Everything that a search leaves. */
  Path search() {
    return path.resolve("search");
  }

  /** What the base model scores. */
  public Path baseScorecard() {
    return path.resolve("base-scorecard.json");
  }

  /** What the tuned model scores. */
  public Path scorecard() {
    return path.resolve("scorecard.json");
  }

  /** What changed from the base to the tuned model. */
  public Path comparison() {
    return path.resolve("comparison.json");
  }

  /** What base and tuned model write after the same prompts, one JSON object per line. */
  public Path samples() {
    return path.resolve("samples.jsonl");
  }

  /** Importance, where the recipe names no other folder for it. */
  public Path importance() {
    return path.resolve("importance");
  }

  /** Every answer to a task, so that none is asked for twice. */
  Path answers() {
    return path.resolve("answers");
  }

  /** How the last process that worked here ended. */
  public Path end() {
    return path.resolve("end.json");
  }

  /** What the stages of a pipeline were made from. */
  public Path stages() {
    return path.resolve("stages");
  }

  /** What the search that began here depends on. */
  Optional<RunIdentity> searchIdentity() {
    return Files.exists(searchSetting())
        ? Optional.of(RunIdentity.fromJson(StrictJson.readObject(searchSetting())))
        : Optional.empty();
  }

  /**
   * Checks that a search may begin or go on here.
   *
   * @throws CofituneException of kind RECIPE if there are files of anything else
   */
  void requireSearchable() {
    if (Files.notExists(searchSetting()) && !isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "output directory is in use")
          .at(path)
          .expected("a new or empty directory, or a search to go on with")
          .found(isBegun() ? "a run that is no search" : "other files")
          .next("choose another output_dir")
          .see("output-directory-is-in-use")
          .build();
    }
  }

  /**
   * Checks that a pipeline may begin or go on here.
   *
   * @throws CofituneException of kind RECIPE if there are files of anything else
   */
  void requireRunnable() {
    if (!Files.isDirectory(stages()) && !isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "output directory is in use")
          .at(path)
          .expected("a new or empty directory, or a run to go on with")
          .found(isBegun() ? "another command's run" : "other files")
          .next("choose another output_dir")
          .see("output-directory-is-in-use")
          .build();
    }
  }

  /**
   * Checks that a comparison may begin or go on here.
   *
   * @throws CofituneException of kind RECIPE if there are files of anything else
   */
  void requireComparable() {
    if (Files.notExists(CompareFolder.of(this).path()) && !isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "output directory is in use")
          .at(path)
          .expected("a new or empty directory, or a comparison to go on with")
          .found(isBegun() ? "another command's run" : "other files")
          .next("choose another output_dir")
          .see("output-directory-is-in-use")
          .build();
    }
  }

  /** Whether a run began here. */
  boolean isBegun() {
    return Files.exists(recipe());
  }

  /**
   * Checks that a run may begin or go on here.
   *
   * @throws CofituneException of kind RECIPE if there are files, and no run that is to be resumed
   */
  void requireUsable(RunSection section) {
    if (isTrained(section) && !(section.resume() && endedUnsaid())) {
      throw CofituneException.of(ErrorKind.RECIPE, "the run is finished")
          .at(path)
          .found(delta())
          .next("choose another output_dir, or remove this one to train anew")
          .build();
    }
    if ((isBegun() && section.resume()) || isEmpty()) {
      return;
    }
    throw CofituneException.of(ErrorKind.RECIPE, "output directory is in use")
        .at(path)
        .expected("a new or empty directory")
        .found(isBegun() ? "a run that is not finished" : "other files")
        .next(isBegun() ? "go on with --resume, or choose another" : "choose another")
        .see("output-directory-is-in-use")
        .build();
  }

  private boolean isTrained(RunSection section) {
    boolean merged = !section.saveMergedModel() || Files.isDirectory(model());
    return Files.isDirectory(delta()) && merged;
  }

  /** Whether the last process that worked here was killed, or the one before it failed. */
  private boolean endedUnsaid() {
    return Files.notExists(end())
        || RunEnd.of(StrictJson.readObject(end()))
            .filter(end -> end.way() == RunEnd.Way.FINISHED)
            .isEmpty();
  }

  /** Whether nothing has begun here; what a killed process left unfinished does not count. */
  private boolean isEmpty() {
    if (Files.notExists(path)) {
      return true;
    }
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(entry -> !entry.endsWith(RunLock.NAME) && !entry.equals(end()))
          .allMatch(AtomicDirectory::isUnfinished);
    } catch (IOException e) {
      throw DiskFault.reading(path, e);
    }
  }
}
