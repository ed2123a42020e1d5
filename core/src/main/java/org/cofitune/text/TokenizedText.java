package org.cofitune.text;

/**
 * Token ids and where in the text each comes from.
 *
 * @param ids token ids, {@code [tokens]}
 * @param starts first UTF-16 unit of each token, {@code [tokens]}; for a token that stands for no
 *     text (a beginning-of-sequence token), equal to its end
 * @param ends one past the last UTF-16 unit of each token, {@code [tokens]}; several tokens share
 *     one character where a byte-level tokenizer splits it
 */
@SuppressWarnings("ArrayRecordComponent") // primitive ids go straight into tensors
public record TokenizedText(int[] ids, int[] starts, int[] ends) {
  public int length() {
    return ids.length;
  }
}
