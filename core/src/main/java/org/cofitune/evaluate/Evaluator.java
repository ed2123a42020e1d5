package org.cofitune.evaluate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.evaluate.score.ItemResult;
import org.cofitune.evaluate.score.TaskResult;
import org.cofitune.evaluate.task.Task;
import org.cofitune.model.ModelConfig;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model the questions of tasks.
 *
 * <pre>{@code
 * List<Task> tasks = TaskFiles.load(paths, options).stream().map(Task::open).toList();
 * Evaluator evaluator = new Evaluator(model, EvaluationSettings.defaults(), cacheFolder);
 * List<TaskResult> results =
 *     evaluator.evaluate(tasks, EvaluationListener.NONE, () -> false).orElseThrow();
 * Scorecard card = Scorecard.of(model.name(), model.fingerprint(), results, Scorecard.EVEN);
 * }</pre>
 *
 * With a cache, every answer is kept as soon as it is there: an interrupted evaluation goes on
 * where it stopped and ends with the same bits, since questions are always computed in the same
 * batches, and one that is repeated asks the model nothing. Not thread-safe.
 */
public final class Evaluator {
  private final EvaluatedModel model;
  private final @Nullable Path cache;
  private final ProcessGroup group;
  private final RequestEncoder encoder;
  private final Scoring scoring;
  private final Writing writing;

  /**
   * An evaluator of a model.
   *
   * @param cache folder where the answers of all models are kept; null for none
   */
  public Evaluator(EvaluatedModel model, EvaluationSettings settings, @Nullable Path cache) {
    this(model, settings, cache, ProcessGroup.alone());
  }

  /**
   * An evaluator whose questions several processes answer in turns; the first keeps the answers.
   *
   * @param cache folder where the answers of all models are kept; null for none
   */
  public Evaluator(
      EvaluatedModel model, EvaluationSettings settings, @Nullable Path cache, ProcessGroup group) {
    this.model = model;
    this.group = group;
    this.cache = group.isFirst() ? cache : null;
    this.encoder =
        new RequestEncoder(model.tokenizer(), model.addsSpecialTokens(), model.contextLength());
    this.scoring = new Scoring(model, settings, new Turns(group));
    this.writing = new Writing(model, new Turns(group));
  }

  /**
   * Checks that every question can be asked of a model, before its weights load.
   *
   * @param addsSpecialTokens whether the tokenizer's beginning tokens stand before a question
   * @throws CofituneException of kind DATA for a row that does not fit into the model
   */
  public static void check(
      List<Task> tasks, Tokenizer tokenizer, boolean addsSpecialTokens, ModelConfig config) {
    RequestEncoder encoder =
        new RequestEncoder(tokenizer, addsSpecialTokens, config.maxPositionEmbeddings());
    tasks.forEach(task -> EncodedTask.of(task, encoder));
  }

  /**
   * Asks all questions of tasks.
   *
   * @param interrupted asked after every batch
   * @return what the model made of every task, in order; of several processes, the first has it,
   *     and the others have an empty list; empty if interrupted
   * @throws CofituneException of kind DATA, before the model is asked anything, for a row that does
   *     not fit into the model
   */
  public Optional<List<TaskResult>> evaluate(
      List<Task> tasks, EvaluationListener listener, BooleanSupplier interrupted) {
    List<EncodedTask> encoded = tasks.stream().map(task -> EncodedTask.of(task, encoder)).toList();
    List<TaskResult> results = new ArrayList<>();
    for (EncodedTask task : encoded) {
      try (Answers answers = Answers.open(cache, model, task)) {
        answers.agree(group);
        int known = answers.size();
        if (!answer(task, answers, listener, interrupted)) {
          return Optional.empty();
        }
        if (group.isFirst()) {
          results.add(result(task, answers, known));
        }
      }
    }
    return Optional.of(results);
  }

  private boolean answer(
      EncodedTask task, Answers answers, EvaluationListener listener, BooleanSupplier interrupted) {
    listener.onTask(task.task().spec().name(), task.items().size(), answers.size());
    return task.task().spec().outputType() == OutputType.GENERATE_UNTIL
        ? writing.answer(task, answers, listener, interrupted)
        : scoring.answer(task, answers, listener, interrupted);
  }

  private static TaskResult result(EncodedTask task, Answers answers, int known) {
    List<ItemResult> items = new ArrayList<>();
    for (int i = 0; i < task.items().size(); i++) {
      items.add(new ItemResult(task.items().get(i), answers.of(i)));
    }
    return new TaskResult(task.task(), items, task.skipped(), known);
  }

  /** Tokens that went through the model so far, in this process. */
  public long forwardTokens() {
    return scoring.forwardTokens() + writing.forwardTokens();
  }
}
