package org.cofitune.search;

import java.util.List;

/** What happens in a search, for the live table and the log. */
public sealed interface SearchEvent {

  /** A level begins with these candidates, in the order that they are tried. */
  record LevelStarted(int level, List<String> parents, List<String> candidates)
      implements SearchEvent {}

  /** A trial begins. */
  record TrialStarted(String region, int level, int steps) implements SearchEvent {}

  /**
   * A trial has its score.
   *
   * @param known whether it was read from the store instead of run
   */
  record TrialFinished(Trial trial, boolean known) implements SearchEvent {}

  /** A trial fell behind and is not trained further. */
  record TrialStopped(Trial trial) implements SearchEvent {}

  /** A level is over; these nodes are followed. Empty: no child was better, the search ends. */
  record LevelFinished(int level, List<String> followed) implements SearchEvent {}

  /** The search is over. */
  record SearchFinished(SearchResult result) implements SearchEvent {}
}
