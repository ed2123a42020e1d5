package org.cofitune.search;

/**
 * Somebody asked a search to stop. Finished trials are in the store and the one in progress in its
 * checkpoint: the search goes on from there when started again.
 */
public final class SearchInterrupted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SearchInterrupted(String region) {
    super("stopped in the trial of " + region, null, false, false);
  }
}
