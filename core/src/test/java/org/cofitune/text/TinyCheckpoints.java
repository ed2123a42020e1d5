package org.cofitune.text;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** Checkpoint directories without weights, made for tests. */
final class TinyCheckpoints {
  /** SentencePiece-like: a prepended word marker, byte fallback, {@code <s>} in front. */
  static final Path LLAMA = resource("tiny-llama");

  /** Byte-level with ChatML tokens and template; its file asks for truncation and padding. */
  static final Path CHATML = resource("tiny-chatml");

  private TinyCheckpoints() {}

  private static Path resource(String name) {
    URL url = Objects.requireNonNull(TinyCheckpoints.class.getResource("/text/" + name), name);
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
