package org.cofitune.evaluate.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.text.Message;

/** Puts description, solved examples and question together, with lm-evaluation-harness's order. */
final class ContextWriter {
  private final PromptSpec prompt;
  private final Optional<ChatContext> chat;
  private final String targetDelimiter;

  ContextWriter(TaskSpec spec) {
    this.prompt = spec.prompt();
    this.chat = spec.chat();
    // A template ends the question itself.
    this.targetDelimiter =
        chat.isPresent() && spec.outputType() == OutputType.MULTIPLE_CHOICE
            ? ""
            : prompt.targetDelimiter();
  }

  /** What stands between a question and its answer. */
  String targetDelimiter() {
    return targetDelimiter;
  }

  /**
   * The whole context of a question.
   *
   * @param genPrefix how the answer begins; empty for nothing
   */
  String context(
      String description,
      List<FewShotExamples.Solved> examples,
      String question,
      String genPrefix) {
    String text = chat.isPresent() ? "" : description;
    boolean turns = chat.isPresent() && chat.get().fewshotAsMultiturn();
    if (!turns) {
      text += examples.stream().map(this::written).collect(Collectors.joining());
    }
    String asked = text + question;
    if (chat.isEmpty()) {
      return genPrefix.isEmpty() ? asked : asked + targetDelimiter + genPrefix;
    }
    List<Message> messages = new ArrayList<>();
    String system =
        Stream.of(chat.get().systemInstruction(), description)
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining("\n\n"));
    if (!system.isEmpty()) {
      messages.add(Message.system(system));
    }
    if (turns) {
      for (FewShotExamples.Solved example : examples) {
        messages.add(Message.user(example.question()));
        messages.add(Message.assistant(example.answer()));
      }
    }
    messages.add(Message.user(asked));
    return chat.get().format().apply(messages) + genPrefix;
  }

  /** Question, delimiter, answer, delimiter. */
  private String written(FewShotExamples.Solved example) {
    return example.answer().isEmpty()
        ? example.question()
        : example.question()
            + prompt.targetDelimiter()
            + example.answer()
            + prompt.fewshotDelimiter();
  }
}
