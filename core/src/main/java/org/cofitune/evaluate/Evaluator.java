package org.cofitune.evaluate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
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
  private final RequestEncoder encoder;
  private final Scoring scoring;
  private final Writing writing;

  /**
   * An evaluator of a model.
   *
   * @param cache folder where the answers of all models are kept; null for none
   */
  public Evaluator(EvaluatedModel model, EvaluationSettings settings, @Nullable Path cache) {
    this.model = model;
    this.cache = cache;
    this.encoder =
        new RequestEncoder(model.tokenizer(), model.addsSpecialTokens(), model.contextLength());
    this.scoring = new Scoring(model, settings);
    this.writing = new Writing(model);
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
   * @return what the model made of every task, in order; empty if interrupted
   * @throws CofituneException of kind DATA, before the model is asked anything, for a row that does
   *     not fit into the model
   */
  public Optional<List<TaskResult>> evaluate(
      List<Task> tasks, EvaluationListener listener, BooleanSupplier interrupted) {
    List<EncodedTask> encoded = tasks.stream().map(task -> EncodedTask.of(task, encoder)).toList();
    List<TaskResult> results = new ArrayList<>();
    for (EncodedTask task : encoded) {
      Optional<TaskResult> result = evaluate(task, listener, interrupted);
      if (result.isEmpty()) {
        return Optional.empty();
      }
      results.add(result.get());
    }
    return Optional.of(results);
  }

  private Optional<TaskResult> evaluate(
      EncodedTask encoded, EvaluationListener listener, BooleanSupplier interrupted) {
    Task task = encoded.task();
    try (Answers answers = Answers.open(cache, model, encoded)) {
      int known = answers.size();
      listener.onTask(task.spec().name(), encoded.items().size(), known);
      boolean complete =
          task.spec().outputType() == OutputType.GENERATE_UNTIL
              ? writing.answer(encoded, answers, listener, interrupted)
              : scoring.answer(encoded, answers, listener, interrupted);
      if (!complete) {
        return Optional.empty();
      }
      List<ItemResult> items = new ArrayList<>();
      for (int i = 0; i < encoded.items().size(); i++) {
        items.add(new ItemResult(encoded.items().get(i), answers.of(i)));
      }
      return Optional.of(new TaskResult(task, items, encoded.skipped(), known));
    }
  }

  /** Tokens that went through the model so far. */
  public long forwardTokens() {
    return scoring.forwardTokens() + writing.forwardTokens();
  }
}
