package org.cofitune.search;

import java.util.List;

/** What happens in a search, for the live table and the log. */
public sealed interface SearchEvent {

  /** Something is computed before the first trial. */
  record Preparing(String what) implements SearchEvent {}

  /** The base model has its score, that every trial is seen against. */
  record BaseScored(Trial base, boolean known) implements SearchEvent {}

  /** A level begins with these candidates, in the order that they are tried. */
  record LevelStarted(int level, List<String> parents, List<String> candidates)
      implements SearchEvent {
    public LevelStarted {
      parents = List.copyOf(parents);
      candidates = List.copyOf(candidates);
    }
  }

  /**
   * A trial begins, or goes on after an early look.
   *
   * @param role why it is run
   * @param steps that it will have come to at the next look
   * @param parameters numbers trained
   */
  record TrialStarted(String region, int level, Trial.Role role, int steps, long parameters)
      implements SearchEvent {}

  /**
   * A step of a trial was taken.
   *
   * @param step how many it makes
   * @param steps that it will have come to at the next look
   * @param loss mean over the step's supervised tokens
   * @param seconds duration of the step
   */
  record TrialStep(String region, int step, int steps, double loss, double seconds)
      implements SearchEvent {}

  /** A trial is trained, and its scoring begins. */
  record TrialScoring(String region, int steps) implements SearchEvent {}

  /**
   * A trial has its score.
   *
   * @param known whether it was read from the store instead of run
   * @param seconds of training and scoring since the look before; 0 where it was known
   * @param secondsLeft of the whole search at most, at the pace so far; negative where no trial has
   *     been run yet from which to tell
   */
  record TrialFinished(Trial trial, boolean known, double seconds, double secondsLeft)
      implements SearchEvent {}

  /**
   * A trial fell behind and is not trained further.
   *
   * @param stepsSaved steps that it would have had
   */
  record TrialStopped(Trial trial, int stepsSaved) implements SearchEvent {}

  /** A level is over; these nodes are followed. Empty: no child was better, the search ends. */
  record LevelFinished(int level, List<String> followed) implements SearchEvent {
    public LevelFinished {
      followed = List.copyOf(followed);
    }
  }

  /** The search is over. */
  record SearchFinished(SearchResult result) implements SearchEvent {}
}
