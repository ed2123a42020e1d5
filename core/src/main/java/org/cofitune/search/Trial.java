package org.cofitune.search;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A finished trial, one line of {@code search/trials.jsonl}. Times are not in it, so that the same
 * search writes the same bytes.
 *
 * @param setting fingerprint of everything that a score depends on beside region and steps: model,
 *     data, tasks, training arguments
 * @param region text form of the region
 * @param level level of the tree, -1 for the base and for a control
 * @param role why it was tried
 * @param steps optimizer steps taken
 * @param parameters numbers trained
 * @param score what it came to
 */
@JsonPropertyOrder({"setting", "region", "level", "role", "steps", "parameters", "score"})
public record Trial(
    String setting,
    String region,
    int level,
    Role role,
    int steps,
    long parameters,
    TrialScore score) {

  /** Why a trial was run. */
  public enum Role {
    /** The base model, with which every trial begins. */
    BASE,
    /** A node of the tree. */
    NODE,
    /** A random choice of projections with as many parameters as the chosen region. */
    RANDOM_CONTROL,
    /** The whole model. */
    WHOLE_MODEL_CONTROL
  }

  /** The level of the base and of a control. */
  static final int NO_LEVEL = -1;

  /** What stands for the region of the base. */
  static final String NO_REGION = "none";

  /** The base model's score. */
  public static Trial ofBase(String setting, TrialScore score) {
    return new Trial(setting, NO_REGION, NO_LEVEL, Role.BASE, 0, 0, score);
  }

  /** The same trial where it stands for something else too: a control may be a node. */
  Trial as(int otherLevel, Role otherRole) {
    return new Trial(setting, region, otherLevel, otherRole, steps, parameters, score);
  }

  boolean isOf(String otherSetting, String otherRegion, int otherSteps) {
    return setting.equals(otherSetting) && region.equals(otherRegion) && steps == otherSteps;
  }
}
