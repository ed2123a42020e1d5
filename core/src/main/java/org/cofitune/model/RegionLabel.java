package org.cofitune.model;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A region's text form in few characters: {@code 8-15 mha+ffn}, {@code 8-15 up,down}. */
public final class RegionLabel {
  private static final String SUFFIX = "_proj";
  private static final List<String> ATTENTION = List.of("q", "k", "v", "o");
  private static final List<String> FEED_FORWARD = List.of("gate", "up", "down");

  private RegionLabel() {}

  /** The label of a text form; what is none stays as it is. */
  public static String of(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return text.equals("all") ? "whole model" : text;
    }
    List<String> modules =
        Arrays.stream(text.substring(colon + 1).split(",", -1))
            .map(m -> m.endsWith(SUFFIX) ? m.substring(0, m.length() - SUFFIX.length()) : m)
            .toList();
    return text.substring(0, colon) + " " + modules(modules);
  }

  private static String modules(List<String> modules) {
    Set<String> rest = new TreeSet<>(modules);
    boolean attention = rest.containsAll(ATTENTION);
    boolean feedForward = rest.containsAll(FEED_FORWARD);
    if (attention) {
      rest.removeAll(ATTENTION);
    }
    if (feedForward) {
      rest.removeAll(FEED_FORWARD);
    }
    String named = modules.stream().filter(rest::contains).collect(Collectors.joining(","));
    return (attention ? "mha" : "")
        + (attention && feedForward ? "+" : "")
        + (feedForward ? "ffn" : "")
        + ((attention || feedForward) && !named.isEmpty() ? "+" : "")
        + named;
  }
}
