package org.cofitune.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.EvaluationSettings;
import org.cofitune.evaluate.task.ChatContext;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskFiles;
import org.cofitune.evaluate.task.TaskOptions;
import org.cofitune.generate.LogLikelihoodScorer;
import org.cofitune.text.PromptFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which questions are asked, and how. */
final class EvaluationOptions {
  @Option(
      names = "--tasks",
      paramLabel = "PATH",
      arity = "1..*",
      description = "Task files, or folders of them; docs/tasks.md.")
  private @Nullable List<Path> tasks;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "What $${data_dir} stands for in task files.")
  private @Nullable Path dataDir;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N rows of every task, to try things out.")
  private @Nullable Integer limit;

  @Option(
      names = "--num-fewshot",
      paramLabel = "N",
      description = "Solved examples before every question, instead of the tasks' own number.")
  private @Nullable Integer numFewshot;

  @Option(
      names = "--apply-chat-template",
      description = "Ask in the checkpoint's chat format instead of plain text.")
  private boolean chat;

  @Option(
      names = "--system-instruction",
      paramLabel = "TEXT",
      description = "System message of every question; with --apply-chat-template.")
  private @Nullable String system;

  @Option(
      names = "--fewshot-as-multiturn",
      description = "Solved examples as turns of the conversation; with --apply-chat-template.")
  private boolean multiturn;

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      defaultValue = "" + LogLikelihoodScorer.DEFAULT_BATCH_TOKENS,
      description = "Tokens that are scored in one pass (default: ${DEFAULT-VALUE}).")
  private int batchTokens;

  boolean hasTasks() {
    return tasks != null;
  }

  EvaluationSettings settings() {
    return new EvaluationSettings(batchTokens, true);
  }

  /** Whether the tokenizer's own beginning tokens stand before a question. */
  boolean addsSpecialTokens(PromptFormat format) {
    return !chat || format.addsSpecialTokens();
  }

  /** Reads task files and rows. */
  List<Task> open(PromptFormat format) {
    if (tasks == null) {
      return List.of();
    }
    requirePositive("--limit", limit, 1);
    requirePositive("--num-fewshot", numFewshot, 0);
    if (!chat && (system != null || multiturn)) {
      throw CofituneException.of(ErrorKind.RECIPE, "no conversation to put it in")
          .at(system != null ? "--system-instruction" : "--fewshot-as-multiturn")
          .next("add --apply-chat-template")
          .build();
    }
    TaskOptions options =
        new TaskOptions(
            dataDir == null ? Map.of() : Map.of("data_dir", dataDir),
            optional(limit),
            optional(numFewshot),
            chat
                ? Optional.of(
                    new ChatContext(
                        format::generationPrompt, system == null ? "" : system, multiturn))
                : Optional.empty());
    return TaskFiles.load(tasks, options).stream().map(Task::open).toList();
  }

  private static void requirePositive(String option, @Nullable Integer value, int least) {
    if (value != null && value < least) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible number")
          .at(option)
          .expected(least + " or more")
          .found(value)
          .build();
    }
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
