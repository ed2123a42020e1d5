package org.cofitune.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofitune.text.Tokenizer;

/**
 * A row as the model will see it.
 *
 * @param pieces its text in order, special tokens included, cut where supervision begins or ends
 * @param tokens tokens that are trained on
 * @param supervisedTokens tokens that the loss counts
 * @param rowTokens tokens before the row was cut to length; more than tokens where it was
 */
public record RowPreview(
    RowSource source, List<Piece> pieces, int tokens, int supervisedTokens, int rowTokens) {

  /** Text of consecutive tokens that all are supervised, or all are not. */
  public record Piece(String text, boolean supervised, int tokens) {}

  public RowPreview {
    pieces = List.copyOf(pieces);
  }

  public boolean truncated() {
    return rowTokens > tokens;
  }

  static RowPreview of(TokenizedExample example, int rowTokens, Tokenizer tokenizer) {
    List<Piece> pieces = new ArrayList<>();
    String before = "";
    int from = 0;
    for (int to = 1; to <= example.tokens(); to++) {
      boolean supervised = isSupervised(example, from);
      if (to == example.tokens() || isSupervised(example, to) != supervised) {
        // Decoded from the start: a piece alone loses its first blank with some tokenizers.
        String whole = tokenizer.decode(Arrays.copyOf(example.ids(), to), false);
        String text =
            whole.startsWith(before)
                ? whole.substring(before.length())
                : tokenizer.decode(Arrays.copyOfRange(example.ids(), from, to), false);
        pieces.add(new Piece(text, supervised, to - from));
        before = whole;
        from = to;
      }
    }
    return new RowPreview(
        example.source(), pieces, example.tokens(), example.supervisedTokens(), rowTokens);
  }

  /** The first token is predicted from nothing, so its label counts nowhere. */
  private static boolean isSupervised(TokenizedExample example, int position) {
    return position > 0 && example.labels()[position] != TokenizedExample.IGNORED;
  }
}
