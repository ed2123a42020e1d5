package org.cofitune.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * What an analysis compares, and on what.
 *
 * @param recipe names the base and how rows become examples
 * @param tuned what the base became
 * @param speciality files of rows of the new domain; none for those that the recipe holds out
 * @param versatility files of rows of what the base could do before; none for those that the recipe
 *     searches or measures importance with
 * @param rows how many of each kind, drawn by seed; 0 for all
 */
public record AnalysisInputs(
    Recipe recipe, Tuned tuned, List<Path> speciality, List<Path> versatility, int rows) {
  /** Rows of each kind, where nobody says another number. */
  public static final int DEFAULT_ROWS = 64;

  /** What the base became. */
  public sealed interface Tuned {
    /** Where it lies. */
    Path path();

    /** What training changed. */
    record Trained(Path path) implements Tuned {}

    /** A checkpoint of its own. */
    record Whole(Path path) implements Tuned {}
  }

  /**
   * Checks the number of rows.
   *
   * @throws CofituneException of kind RECIPE if it is negative
   */
  public AnalysisInputs {
    speciality = List.copyOf(speciality);
    versatility = List.copyOf(versatility);
    if (rows < 0) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible number of rows")
          .at("--rows")
          .expected("1 or more, or 0 for all")
          .found(rows)
          .next("correct the value")
          .build();
    }
  }

  /**
   * What a run's folder holds.
   *
   * @param over what is set over the run's own recipe
   * @throws CofituneException of kind RECIPE if it holds no finished training
   */
  public static AnalysisInputs ofRun(
      Path run,
      UnaryOperator<Recipe> over,
      List<Path> speciality,
      List<Path> versatility,
      int rows) {
    RunDirectory directory = new RunDirectory(run);
    for (Path needed : List.of(directory.recipe(), directory.delta())) {
      if (Files.notExists(needed)) {
        throw CofituneException.of(ErrorKind.RECIPE, "no finished run")
            .at(run)
            .expected("recipe.yaml and delta in it")
            .found("no " + needed.getFileName())
            .next("name the folder of a run that is finished, or --model and --delta")
            .build();
      }
    }
    return new AnalysisInputs(
        over.apply(Recipe.ofFile(directory.recipe())),
        new Tuned.Trained(directory.delta()),
        speciality,
        versatility,
        rows);
  }
}
