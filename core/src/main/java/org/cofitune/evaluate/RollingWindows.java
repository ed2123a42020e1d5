package org.cofitune.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofitune.generate.ScoringRequest;

/**
 * Cuts a text that may be longer than the model's context so that every token is scored once, with
 * as much before it as fits (lm-evaluation-harness's {@code get_rolling_token_windows} with a
 * context of one token): full windows one behind the other, and a last one that reaches back.
 */
final class RollingWindows {
  private RollingWindows() {}

  /**
   * The windows of a text.
   *
   * @param ids the text without beginning tokens, at least one
   * @param prefix the token that stands before the text and is not scored
   * @param contextLength tokens that the model sees at once
   */
  static List<ScoringRequest> of(int[] ids, int prefix, int contextLength) {
    int[] whole = new int[ids.length + 1];
    whole[0] = prefix;
    System.arraycopy(ids, 0, whole, 1, ids.length);
    List<ScoringRequest> windows = new ArrayList<>();
    int scored = 1; // the prefix counts as scored
    while (scored < whole.length) {
      int end = Math.min(whole.length, scored + contextLength);
      int start = Math.max(0, end - contextLength - 1);
      windows.add(ScoringRequest.of(Arrays.copyOfRange(whole, start, end), scored - start));
      scored = end;
    }
    return windows;
  }
}
