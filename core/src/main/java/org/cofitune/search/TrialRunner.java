package org.cofitune.search;

import org.cofitune.model.Region;

/**
 * Trains a region from the base model and scores it. Deterministic: the same region and steps give
 * the same score. A runner may keep what it trained, so that a later call with more steps goes on.
 */
@FunctionalInterface
public interface TrialRunner {

  /**
   * Trains and scores.
   *
   * @param region what is trained
   * @param steps optimizer steps, out of {@link SearchSettings#maxSteps()} that the learning-rate
   *     schedule is laid out for
   */
  TrialScore run(Region region, int steps);

  /**
   * Lets go of whatever is kept of a region's trial: it is finished and on record, or dropped. May
   * be told so more than once.
   */
  default void release(Region region) {}
}
