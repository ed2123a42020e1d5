package org.cofitune.cli;

import java.nio.file.Path;
import java.util.List;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.generate.LogLikelihoodScorer;
import org.cofitune.pipeline.EvaluateSection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which questions are asked, and how: the options that stand for a recipe's section evaluate. */
final class EvaluationOptions {
  @Option(
      names = "--tasks",
      paramLabel = "PATH",
      arity = "1..*",
      description = "Task files, or folders of them; docs/tasks.md.")
  private List<Path> tasks = List.of();

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "What $${data_dir} stands for in task files.")
  private @Nullable Path dataDir;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N rows of every task, to try things out.")
  private int limit;

  @Option(
      names = "--num-fewshot",
      paramLabel = "N",
      defaultValue = "" + EvaluateSection.OWN_NUMBER,
      description = "Solved examples before every question, instead of the tasks' own number.")
  private int numFewshot;

  @Option(
      names = "--apply-chat-template",
      description = "Ask in the checkpoint's chat format instead of plain text.")
  private boolean chat;

  @Option(
      names = "--system-instruction",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "System message of every question; with --apply-chat-template.")
  private String system = "";

  @Option(
      names = "--fewshot-as-multiturn",
      description = "Solved examples as turns of the conversation; with --apply-chat-template.")
  private boolean multiturn;

  @Option(
      names = "--speciality-weight",
      paramLabel = "W",
      defaultValue = "" + Scorecard.EVEN,
      description = "Weight of S in uni, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double specialityWeight;

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      defaultValue = "" + LogLikelihoodScorer.DEFAULT_BATCH_TOKENS,
      description = "Tokens that are scored in one pass (default: ${DEFAULT-VALUE}).")
  private int batchTokens;

  /**
   * The section of a recipe that these options stand for.
   *
   * @param gauges texts that a tuned model is gauged on
   */
  EvaluateSection section(List<Path> gauges) {
    return new EvaluateSection(
        tasks,
        dataDir,
        limit,
        numFewshot,
        chat,
        system,
        multiturn,
        specialityWeight,
        batchTokens,
        gauges);
  }
}
