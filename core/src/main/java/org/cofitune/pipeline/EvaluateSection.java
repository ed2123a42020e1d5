package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.EvaluationSettings;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.task.ChatContext;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskFiles;
import org.cofitune.evaluate.task.TaskOptions;
import org.cofitune.generate.LogLikelihoodScorer;
import org.cofitune.text.PromptFormat;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that base and tuned model are scored on; see docs/tasks.md.
 *
 * @param tasks task files, or folders of them
 * @param dataDir the folder that {@code data_dir} stands for in the paths of task files
 * @param limit the first so many rows of every task; 0 for all
 * @param numFewshot solved examples before every question; -1 for the tasks' own number
 * @param applyChatTemplate whether questions are asked in the prompt format of the training
 * @param systemInstruction system message of every question, with {@code apply_chat_template}
 * @param fewshotAsMultiturn whether solved examples are turns of the conversation, with {@code
 *     apply_chat_template}
 * @param specialityWeight weight of speciality in uni, from 0 to 1; versatility has the rest
 * @param batchTokens tokens that are scored in one pass
 * @param gauge rows, or .txt files, that the tuned model is gauged on without a task: forward
 *     KL(base || tuned) and the change of the nll
 */
public record EvaluateSection(
    List<Path> tasks,
    @Nullable Path dataDir,
    int limit,
    int numFewshot,
    boolean applyChatTemplate,
    String systemInstruction,
    boolean fewshotAsMultiturn,
    double specialityWeight,
    int batchTokens,
    List<Path> gauge) {
  /** Value of {@link #numFewshot}: the tasks' own number. */
  public static final int OWN_NUMBER = -1;

  public EvaluateSection {
    tasks = List.copyOf(tasks);
    gauge = List.copyOf(gauge);
    require(limit >= 0, "limit", "1 or more, or 0 for all", limit);
    require(numFewshot >= OWN_NUMBER, "num_fewshot", "0 or more, or -1", numFewshot);
    require(
        specialityWeight >= 0 && specialityWeight <= 1,
        "speciality_weight",
        "0 to 1",
        specialityWeight);
    require(batchTokens >= 1, "batch_tokens", "1 or more", batchTokens);
    require(
        applyChatTemplate || systemInstruction.isEmpty(),
        "system_instruction",
        "apply_chat_template: true",
        "no conversation to put it in");
    require(
        applyChatTemplate || !fewshotAsMultiturn,
        "fewshot_as_multiturn",
        "apply_chat_template: true",
        "no conversation to put them in");
  }

  static EvaluateSection defaults() {
    return new EvaluateSection(
        List.of(),
        null,
        0,
        OWN_NUMBER,
        false,
        "",
        false,
        Scorecard.EVEN,
        LogLikelihoodScorer.DEFAULT_BATCH_TOKENS,
        List.of());
  }

  /** How questions are computed. */
  public EvaluationSettings settings() {
    return new EvaluationSettings(batchTokens, true);
  }

  /** Whether the tokenizer's own beginning tokens stand before a question. */
  public boolean addsSpecialTokens(PromptFormat format) {
    return !applyChatTemplate || format.addsSpecialTokens();
  }

  /** Reads the tasks and their rows; none where none are named. */
  public List<Task> open(PromptFormat format) {
    return tasks.isEmpty() ? List.of() : open(tasks, 0, format);
  }

  /**
   * Reads task files and their rows.
   *
   * @param files of tasks
   * @param rows the first so many of every task; 0 for as many as the section says
   * @param format that conversations are written in
   */
  List<Task> open(List<Path> files, int rows, PromptFormat format) {
    int first = rows > 0 ? rows : limit;
    TaskOptions options =
        new TaskOptions(
            dataDir == null ? Map.of() : Map.of("data_dir", dataDir),
            first > 0 ? OptionalInt.of(first) : OptionalInt.empty(),
            numFewshot >= 0 ? OptionalInt.of(numFewshot) : OptionalInt.empty(),
            applyChatTemplate
                ? Optional.of(
                    new ChatContext(
                        format::generationPrompt, systemInstruction, fewshotAsMultiturn))
                : Optional.empty());
    return TaskFiles.load(files, options).stream().map(Task::open).toList();
  }

  private static void require(boolean holds, String key, Object expected, Object found) {
    if (!holds) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible evaluation")
          .at(key)
          .expected(expected)
          .found(found)
          .next("correct the value")
          .build();
    }
  }
}
