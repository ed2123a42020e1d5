package org.cofitune.server;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.cofitune.data.ExampleTokenizer;
import org.cofitune.data.Supervised;
import org.cofitune.error.CofituneException;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.http.ApiException;
import org.cofitune.model.ModelConfig;
import org.cofitune.text.Message;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;

/** What requests need to know of the model, its weights aside. Safe for use by several threads. */
public final class ServedModel {
  private final String name;
  private final Instant created = Instant.now();
  private final ModelConfig config;
  private final Tokenizer tokenizer;
  private final TokenTexts tokenTexts;
  private final GenerationConfig defaults;
  private final ExampleTokenizer examples;

  /**
   * Describes a checkpoint.
   *
   * @param name what requests call it
   * @throws CofituneException of kind FORMAT if its template or generation config is malformed
   */
  public ServedModel(String name, Path checkpoint, ModelConfig config, Tokenizer tokenizer) {
    this.name = name;
    this.config = config;
    this.tokenizer = tokenizer;
    this.tokenTexts = new TokenTexts(tokenizer);
    this.defaults = GenerationConfig.read(checkpoint, tokenizer);
    this.examples =
        new ExampleTokenizer(
            tokenizer,
            PromptFormat.of(checkpoint, tokenizer),
            Supervised.RESPONSE,
            config.vocabSize());
  }

  public String name() {
    return name;
  }

  Instant created() {
    return created;
  }

  int contextLength() {
    return config.maxPositionEmbeddings();
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  TokenTexts tokenTexts() {
    return tokenTexts;
  }

  GenerationConfig defaults() {
    return defaults;
  }

  /** The ids of a conversation, ready for the next answer, as training wrote them. */
  int[] ids(List<Message> messages) {
    return examples.promptIds(messages);
  }

  /**
   * Refuses a prompt that the model cannot take.
   *
   * @param room tokens that must have room behind it, 0 or 1
   * @throws ApiException 400 naming the key
   */
  void check(int[] prompt, int room, String key) {
    if (prompt.length == 0) {
      throw ApiException.invalid(key, "'" + key + "' has no tokens.");
    }
    if (prompt.length + room > contextLength()) {
      throw ApiException.contextExceeded(
          key,
          "'"
              + key
              + "' has "
              + prompt.length
              + " tokens; this model's context holds "
              + contextLength()
              + (room > 0 ? ", one of them for the answer." : "."));
    }
    if (Arrays.stream(prompt).anyMatch(id -> id < 0 || id >= config.vocabSize())) {
      throw ApiException.invalid(
          key, "'" + key + "' has a token id outside 0 to " + (config.vocabSize() - 1) + ".");
    }
  }
}
