package org.cofitune.search;

/** Takes note of what happens in a search. */
@FunctionalInterface
public interface SearchListener {
  void on(SearchEvent event);
}
