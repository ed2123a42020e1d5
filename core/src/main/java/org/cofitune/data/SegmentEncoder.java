package org.cofitune.data;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.cofitune.text.Tokenizer;

/**
 * Tokenizes a text stretch by stretch.
 *
 * <p>A stretch that continues a text must not get the blank that tokenizers of the SentencePiece
 * kind put before every text. Where the tokenizer does so, the stretch is encoded behind an anchor
 * whose tokens are then taken off. Unless a token reaches across the boundary in the whole text,
 * the ids are those of the whole text.
 */
final class SegmentEncoder {
  private static final List<String> ANCHORS = List.of("\n", ".", "a");

  private final Tokenizer tokenizer;
  private final int[] beginning;

  /** Texts to encode stretches behind; none where the tokenizer puts no blank before a text. */
  private final List<Anchor> anchors;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Anchor(String text, int[] ids) {}

  SegmentEncoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    int[] bare = tokenizer.encode("a", false);
    this.beginning = before(bare, tokenizer.encode("a", true));
    int[] lineFeed = tokenizer.encode("\n", false);
    int[] joined = Arrays.copyOf(lineFeed, lineFeed.length + bare.length);
    System.arraycopy(bare, 0, joined, lineFeed.length, bare.length);
    boolean prefixesTexts = !Arrays.equals(joined, tokenizer.encode("\na", false));
    this.anchors =
        prefixesTexts
            ? ANCHORS.stream()
                .map(text -> new Anchor(text, tokenizer.encode(text, false)))
                .filter(anchor -> !containsUnknown(anchor.ids))
                .toList()
            : List.of();
  }

  /** What the tokenizer puts before a text, usually the beginning-of-sequence id. */
  int[] beginning() {
    return beginning.clone();
  }

  /** Ids of a text's first stretch. */
  int[] first(String text) {
    return tokenizer.encode(text, false);
  }

  /**
   * Ids of a stretch behind another.
   *
   * @param previous the last id before it
   */
  int[] next(String text, int previous) {
    if (tokenizer.isSpecial(previous)) {
      // Special tokens end what is encoded as one piece: this is how the whole text is encoded.
      int[] ids = tokenizer.encode(tokenizer.token(previous) + text, false);
      if (ids.length > 0 && ids[0] == previous) {
        return Arrays.copyOfRange(ids, 1, ids.length);
      }
    }
    for (Anchor anchor : anchors) {
      int[] ids = tokenizer.encode(anchor.text + text, false);
      if (startsWith(ids, anchor.ids)) {
        return Arrays.copyOfRange(ids, anchor.ids.length, ids.length);
      }
    }
    return tokenizer.encode(text, false);
  }

  static boolean startsWith(int[] ids, int[] prefix) {
    return ids.length >= prefix.length
        && Arrays.equals(ids, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** Unknown characters may fuse with those behind them. */
  private boolean containsUnknown(int[] ids) {
    OptionalInt unknown = tokenizer.unkTokenId();
    return unknown.isPresent() && Arrays.stream(ids).anyMatch(id -> id == unknown.getAsInt());
  }

  private static int[] before(int[] bare, int[] ids) {
    for (int i = 0; i + bare.length <= ids.length; i++) {
      if (Arrays.equals(ids, i, i + bare.length, bare, 0, bare.length)) {
        return Arrays.copyOf(ids, i);
      }
    }
    return new int[0];
  }
}
