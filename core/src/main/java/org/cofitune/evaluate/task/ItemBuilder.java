package org.cofitune.evaluate.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.OutputType;
import org.jspecify.annotations.Nullable;

/** Makes the requests of a row, with lm-evaluation-harness's delimiters to the letter. */
final class ItemBuilder {
  private final OutputType type;
  private final PromptSpec prompt;
  private final ContextWriter writer;
  private final FewShotExamples examples;
  private final Set<String> columns;
  private final boolean hasChoices;

  ItemBuilder(TaskSpec spec, FewShotExamples examples, Set<String> columns) {
    this.type = spec.outputType();
    this.prompt = spec.prompt();
    this.writer = new ContextWriter(spec);
    this.examples = examples;
    this.columns = columns;
    this.hasChoices = prompt.docToChoice() != TaskField.NOTHING;
  }

  /**
   * The item of a row.
   *
   * @param shots the rows of the solved examples
   * @throws CofituneException ({@link ErrorKind#DATA}) naming the row
   */
  TaskItem item(int docId, Document row, List<Document> shots) {
    if (type == OutputType.LOGLIKELIHOOD_ROLLING) {
      String text = FieldValues.text("doc_to_target", prompt.docToTarget().of(row, columns), row);
      requireText("doc_to_target", text, row);
      return new TaskItem(docId, row, List.of(new Request("", text)), new Expected.Likelihood());
    }
    List<String> choices =
        hasChoices
            ? FieldValues.texts("doc_to_choice", prompt.docToChoice().of(row, columns), row)
            : List.of();
    String description =
        FieldValues.text("description", prompt.description().of(row, columns), row);
    String genPrefix = FieldValues.text("gen_prefix", prompt.genPrefix().of(row, columns), row);
    List<FewShotExamples.Solved> solved =
        shots.stream().map(shot -> examples.solved(shot, genPrefix)).toList();
    Object question = FieldValues.of(prompt.docToText(), row, columns, hasChoices);
    Object target = FieldValues.of(prompt.docToTarget(), row, columns, hasChoices);
    if (type == OutputType.MULTIPLE_CHOICE && isIndex(question)) {
      List<String> contexts =
          choices.stream().map(choice -> writer.context(description, solved, choice, "")).toList();
      return choicesInContext(docId, row, contexts, choices, question, target);
    }
    String asked =
        isIndex(question) && hasChoices
            ? choices.get(onlyGold(question, choices, row))
            : FieldValues.text("doc_to_text", question, row);
    String context = writer.context(description, solved, asked, genPrefix);
    return switch (type) {
      case MULTIPLE_CHOICE -> multipleChoice(docId, row, context, choices, target);
      case LOGLIKELIHOOD -> {
        String continuation = target(target, choices, row).get(0);
        requireText("doc_to_target", continuation, row);
        yield new TaskItem(
            docId, row, List.of(new Request(context, continuation)), new Expected.Likelihood());
      }
      default ->
          new TaskItem(
              docId,
              row,
              List.of(new Request(context, "")),
              new Expected.References(target(target, choices, row)));
    };
  }

  private TaskItem multipleChoice(
      int docId, Document row, String context, List<String> choices, @Nullable Object target) {
    List<Request> requests = new ArrayList<>(choices.size());
    for (String choice : choices) {
      requireText("doc_to_choice", choice, row);
      requests.add(new Request(context, writer.targetDelimiter() + choice));
    }
    return new TaskItem(
        docId, row, requests, new Expected.Choices(choices, Gold.of(target, choices, row)));
  }

  /**
   * A question that is an index: the choices end the contexts, and the target goes on from them.
   */
  private TaskItem choicesInContext(
      int docId,
      Document row,
      List<String> contexts,
      List<String> choices,
      @Nullable Object question,
      @Nullable Object target) {
    String continuation = writer.targetDelimiter() + FieldValues.text("doc_to_target", target, row);
    requireText("doc_to_target", continuation, row);
    List<Request> requests =
        contexts.stream().map(context -> new Request(context, continuation)).toList();
    return new TaskItem(
        docId, row, requests, new Expected.Choices(choices, Gold.of(question, choices, row)));
  }

  private static List<String> target(@Nullable Object target, List<String> choices, Document row) {
    if (!choices.isEmpty() && isIndex(target)) {
      return List.of(choices.get(onlyGold(target, choices, row)));
    }
    if (target instanceof List<?>) {
      return FieldValues.texts("doc_to_target", target, row);
    }
    return List.of(FieldValues.text("doc_to_target", target, row));
  }

  private static int onlyGold(@Nullable Object index, List<String> choices, Document row) {
    return Gold.of(index, choices, row).iterator().next();
  }

  private static boolean isIndex(@Nullable Object value) {
    return value instanceof Integer || value instanceof Long;
  }

  private static void requireText(String key, String text, Document row) {
    if (text.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, key + " is empty")
          .at(row.place())
          .expected("text to score")
          .next("mend the row, or set on_bad_item: skip")
          .build();
    }
  }
}
