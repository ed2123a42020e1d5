package org.cofitune.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the texts of scoring requests lie flat: for each request the tokens that its texts share,
 * then what is left of each text. The last token of a text predicts nothing that is asked, so it is
 * left out: choices of one letter each cost no token of their own.
 */
final class BranchLayout {
  private final List<int[]> pieces = new ArrayList<>();
  private final List<Integer> starts = new ArrayList<>();
  private final List<int[]> groups = new ArrayList<>();
  private final List<Integer> predictors = new ArrayList<>();
  private final List<Integer> targets = new ArrayList<>();
  private int tokens;

  BranchLayout(List<ScoringRequest> requests, boolean sharing) {
    for (ScoringRequest request : requests) {
      if (sharing) {
        add(request);
      } else {
        request.sequences().forEach(one -> add(new ScoringRequest(List.of(one))));
      }
    }
  }

  private void add(ScoringRequest request) {
    int shared = Math.min(request.sharedTokens(), Math.max(1, request.longest() - 1));
    int base = tokens;
    List<Integer> lengths = new ArrayList<>();
    int[] first = request.sequences().get(0).ids();
    append(Arrays.copyOf(first, shared), 0, lengths);
    for (ScoringRequest.ScoredSequence sequence : request.sequences()) {
      int branch = tokens;
      int[] ids = sequence.ids();
      int last = Math.max(shared, ids.length - 1);
      append(Arrays.copyOfRange(ids, shared, last), shared, lengths);
      for (int at = sequence.from(); at < ids.length; at++) {
        int predictor = at - 1;
        predictors.add(predictor < shared ? base + predictor : branch + predictor - shared);
        targets.add(ids[at]);
      }
    }
    groups.add(lengths.stream().mapToInt(Integer::intValue).toArray());
  }

  private void append(int[] ids, int start, List<Integer> lengths) {
    lengths.add(ids.length);
    if (ids.length > 0) {
      pieces.add(ids);
      starts.add(start);
      tokens += ids.length;
    }
  }

  /** All tokens, flat. */
  int[] ids() {
    return pieces.stream().flatMapToInt(IntStream::of).toArray();
  }

  /** Position of each piece's first token in its text. */
  int[] starts() {
    return starts.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Tokens of each piece. */
  int[] counts() {
    return pieces.stream().mapToInt(piece -> piece.length).toArray();
  }

  /** Per request: tokens shared, then tokens of each branch. */
  List<int[]> groups() {
    return groups;
  }

  /** Flat positions that predict the scored tokens, in the order of requests, texts and tokens. */
  int[] predictors() {
    return predictors.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The scored tokens, in the same order. */
  int[] targets() {
    return targets.stream().mapToInt(Integer::intValue).toArray();
  }

  int tokens() {
    return tokens;
  }
}
