package org.cofitune.cli;

import java.nio.file.Path;
import java.util.List;
import org.cofitune.data.ExampleTokenizer;
import org.cofitune.data.Supervised;
import org.cofitune.model.ModelConfig;
import org.cofitune.text.Message;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;

/**
 * Turns what a person asks into the ids that the model continues: the very ids that training put
 * before an answer.
 */
final class Prompts {
  private final Tokenizer tokenizer;
  private final ExampleTokenizer examples;

  Prompts(Path checkpoint, Tokenizer tokenizer, ModelConfig config) {
    this.tokenizer = tokenizer;
    this.examples =
        new ExampleTokenizer(
            tokenizer,
            PromptFormat.of(checkpoint, tokenizer),
            Supervised.RESPONSE,
            config.vocabSize());
  }

  /** A text that is continued as it stands. */
  int[] ofText(String text) {
    return tokenizer.encode(text, true);
  }

  /** A conversation in the checkpoint's own format, ready for the next answer. */
  int[] ofConversation(List<Message> messages) {
    return examples.promptIds(messages);
  }
}
