package org.cofitune.text;

import java.nio.file.Path;
import java.util.List;
import org.cofitune.error.CofituneException;

/**
 * How a conversation becomes the text that a model sees, in training and in generation alike.
 *
 * <p>What a format writes for training begins, up to an answer, with what it writes for generating
 * that answer: the model is asked exactly what it was taught.
 */
public sealed interface PromptFormat permits ChatPrompt, AlpacaPrompt, PlainPrompt, RawText {
  /** The format of a checkpoint: its chat template, or the Alpaca prompt where it has none. */
  static PromptFormat of(Path checkpointDir, Tokenizer tokenizer) {
    return ChatTemplate.load(checkpointDir)
        .<PromptFormat>map(template -> new ChatPrompt(template, tokenizer))
        .orElseGet(AlpacaPrompt::new);
  }

  /** The format of a checkpoint, or the one that somebody asks for instead. */
  static PromptFormat of(Path checkpointDir, Tokenizer tokenizer, Template template) {
    return switch (template) {
      case AUTO -> of(checkpointDir, tokenizer);
      case ALPACA -> new AlpacaPrompt();
      case PLAIN -> new PlainPrompt();
    };
  }

  /**
   * Returns the training text in order. Answers (messages of the assistant) and what ends them are
   * supervised, all else is not.
   *
   * @throws CofituneException of kind DATA where the format cannot express the conversation
   */
  List<Segment> render(List<Message> messages);

  /**
   * Returns the text after which a model writes the next answer.
   *
   * @throws CofituneException of kind DATA where the format cannot express the conversation
   */
  String generationPrompt(List<Message> messages);

  /**
   * Whether the tokenizer adds its own beginning tokens ({@code addSpecialTokens} of {@link
   * Tokenizer#encode}); a chat template writes them itself.
   */
  boolean addsSpecialTokens();
}
