package org.cofitune.data;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;

/** Tokenizers of the test resources. */
final class TinyTokenizers {
  private TinyTokenizers() {}

  /** SentencePiece-like: a blank before every text, {@code <s>} = 1 in front, {@code </s>} = 2. */
  static Tokenizer llama() {
    return load("/text/tiny-llama");
  }

  /**
   * Byte-level: joins letters to words, no beginning token, {@code <|im_end|>} = 263 at the end.
   */
  static Tokenizer byteLevel() {
    return load("/text/tiny-chatml");
  }

  /** The chat template of {@link #byteLevel}. */
  static PromptFormat chatMl(Tokenizer byteLevel) {
    return PromptFormat.of(path("/text/tiny-chatml"), byteLevel);
  }

  private static Tokenizer load(String resource) {
    return Tokenizer.load(path(resource));
  }

  private static Path path(String resource) {
    URL url = Objects.requireNonNull(TinyTokenizers.class.getResource(resource), resource);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
