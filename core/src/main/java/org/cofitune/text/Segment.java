package org.cofitune.text;

/**
 * A stretch of the text that a model sees. The texts of a conversation's segments, one after the
 * other, are the whole text; {@link Tokenizer#encodeWithOffsets} of the whole tells which tokens
 * belong to which segment. Segments made into tokens one by one can differ from it: tokenizers
 * treat the start of a text in their own way.
 *
 * @param text the text, as written
 * @param supervised whether the model learns to write it: an answer and what ends it
 * @param endsSequence whether the tokenizer's end-of-sequence id follows the text, supervised as
 *     the text is; formats whose text spells the end token out leave it false
 */
public record Segment(String text, boolean supervised, boolean endsSequence) {
  public Segment(String text, boolean supervised) {
    this(text, supervised, false);
  }
}
