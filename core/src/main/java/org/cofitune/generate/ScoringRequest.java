package org.cofitune.generate;

import java.util.List;

/**
 * Texts that begin alike and are to be scored: a question with each of its choices. What they have
 * in common is computed once.
 *
 * @param sequences token ids of each whole text
 */
public record ScoringRequest(List<ScoredSequence> sequences) {
  public ScoringRequest {
    sequences = List.copyOf(sequences);
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("nothing to score");
    }
  }

  /**
   * A text to score.
   *
   * @param ids its tokens
   * @param from the first token that is scored, given all before it; at least 1, since nothing
   *     predicts the first token of a text
   */
  public record ScoredSequence(int[] ids, int from) {
    public ScoredSequence {
      if (from < 1 || from > ids.length) {
        throw new IllegalArgumentException(
            "cannot score from token " + from + " of a text of " + ids.length);
      }
    }

    /** Tokens that are scored. */
    public int scoredTokens() {
      return ids.length - from;
    }
  }

  /** A request for one text. */
  public static ScoringRequest of(int[] ids, int from) {
    return new ScoringRequest(List.of(new ScoredSequence(ids, from)));
  }

  /** Tokens that all texts begin with. */
  int sharedTokens() {
    int[] first = sequences.get(0).ids();
    int shared = first.length;
    for (ScoredSequence sequence : sequences) {
      int[] ids = sequence.ids();
      int same = 0;
      while (same < Math.min(shared, ids.length) && ids[same] == first[same]) {
        same++;
      }
      shared = same;
    }
    return shared;
  }

  /** Tokens of the longest text. */
  int longest() {
    return sequences.stream().mapToInt(s -> s.ids().length).max().orElseThrow();
  }
}
