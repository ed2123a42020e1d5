package org.cofitune.search;

import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How the tree is searched.
 *
 * @param levels how the tree splits from the root down: {@code halves} and {@code quarters} of the
 *     depth, {@code blocks} (attention or feed-forward), {@code projections} (groups of them)
 * @param beam nodes of a level that are followed
 * @param tolerance points of uni that a child with fewer parameters may fall short of its parent
 * @param maxSteps optimizer steps of one trial, that its learning rates are laid out for
 * @param halving whether trials that fall behind are stopped early
 * @param halvingFactor one in so many trials goes on at each early look
 * @param halvingRungs early looks; the first is after {@code maxSteps / factor^rungs} steps
 * @param forecast whether candidates are tried in the order of a forecast made without training
 * @param controls whether a random region of the same size and the whole model are tried at the end
 */
public record SearchSettings(
    List<TreeLevel> levels,
    int beam,
    double tolerance,
    int maxSteps,
    boolean halving,
    int halvingFactor,
    int halvingRungs,
    boolean forecast,
    boolean controls) {
  private static final int DEFAULT_BEAM = 1;
  private static final double DEFAULT_TOLERANCE = 0;
  private static final int DEFAULT_MAX_STEPS = 100;
  private static final int DEFAULT_HALVING_FACTOR = 2;
  private static final int DEFAULT_HALVING_RUNGS = 1;

  public SearchSettings {
    levels = List.copyOf(levels);
    require(!levels.isEmpty(), "levels", "at least one level", levels);
    require(beam >= 1, "beam", "1 or more", beam);
    require(tolerance >= 0, "tolerance", "0 or more points", tolerance);
    require(maxSteps >= 1, "max_steps", "1 or more", maxSteps);
    require(halvingFactor >= 2, "halving_factor", "2 or more", halvingFactor);
    require(halvingRungs >= 1, "halving_rungs", "1 or more", halvingRungs);
    require(
        !halving || maxSteps >= Math.pow(halvingFactor, halvingRungs),
        "max_steps",
        "enough for the first early look, " + (long) Math.pow(halvingFactor, halvingRungs),
        maxSteps);
  }

  public static SearchSettings defaults() {
    return new SearchSettings(
        RegionTree.DEFAULT_LEVELS,
        DEFAULT_BEAM,
        DEFAULT_TOLERANCE,
        DEFAULT_MAX_STEPS,
        true,
        DEFAULT_HALVING_FACTOR,
        DEFAULT_HALVING_RUNGS,
        true,
        true);
  }

  /** Steps after which trials are looked at, the full budget last. */
  List<Integer> rungs() {
    if (!halving) {
      return List.of(maxSteps);
    }
    Integer[] steps = new Integer[halvingRungs + 1];
    for (int rung = 0; rung <= halvingRungs; rung++) {
      steps[rung] = (int) (maxSteps / Math.pow(halvingFactor, halvingRungs - rung));
    }
    return List.of(steps);
  }

  /** How many of so many candidates go on after an early look. */
  int survivorsOf(int candidates) {
    return Math.max(beam, (candidates + halvingFactor - 1) / halvingFactor);
  }

  private static void require(boolean holds, String key, String expected, Object found) {
    if (!holds) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible search")
          .at(key)
          .expected(expected)
          .found(found)
          .next("correct the recipe")
          .build();
    }
  }
}
