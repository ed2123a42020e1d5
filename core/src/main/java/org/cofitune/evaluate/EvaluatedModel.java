package org.cofitune.evaluate;

import java.nio.file.Path;
import org.cofitune.model.Decoder;
import org.cofitune.model.WeightChange;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * A model that tasks are asked of. The caller owns decoder and tokenizer.
 *
 * @param name for people
 * @param fingerprint of weights and tokenizer, see {@link #fingerprint(Path, WeightChange)}
 * @param decoder the model
 * @param tokenizer its tokenizer
 * @param addsSpecialTokens whether the tokenizer puts its own beginning tokens before a prompt;
 *     false where a chat template wrote them
 */
public record EvaluatedModel(
    String name,
    String fingerprint,
    Decoder decoder,
    Tokenizer tokenizer,
    boolean addsSpecialTokens) {

  private static final String TOKENIZER = "tokenizer.json";

  /**
   * What tells a model from every other: all weights, the tokenizer, and what training changed.
   * Reads every weight once.
   *
   * @param change on top of the checkpoint; null for none
   */
  public static String fingerprint(Path directory, @Nullable WeightChange change) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      String base =
          Fingerprint.ofCheckpoint(checkpoint)
              + "\n"
              + Fingerprint.ofFile(checkpoint.file(TOKENIZER));
      return Fingerprint.ofText(change == null ? base : base + "\n" + change.fingerprint())
          .sha256();
    }
  }

  /** The most tokens that the model sees at once. */
  public int contextLength() {
    return decoder.config().maxPositionEmbeddings();
  }

  /** Everything about the model that changes what it answers, under which answers are kept. */
  String answersKey() {
    return String.join(
        "\n",
        fingerprint,
        decoder.parameters().precision().name(),
        Integer.toString(contextLength()),
        Boolean.toString(addsSpecialTokens));
  }
}
