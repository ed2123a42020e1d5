package org.cofitune.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.data.TokenizedExample;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.Evaluator;
import org.cofitune.evaluate.score.Gauge;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.evaluate.score.TaskResult;
import org.cofitune.model.Decoder;
import org.cofitune.model.LoadedModel;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** Asks the questions of a comparison's test, and keeps the score cards. */
final class CompareScores {
  private final ComparePlan plan;
  private final Path answers;
  private final CompareListener listener;
  private final BooleanSupplier interrupted;

  CompareScores(
      ComparePlan plan,
      RunDirectory directory,
      CompareListener listener,
      BooleanSupplier interrupted) {
    this.plan = plan;
    this.answers = directory.answers();
    this.listener = listener;
    this.interrupted = interrupted;
  }

  /** The score card that is kept, if it is of these weights and of the questions of the plan. */
  Optional<Scorecard> known(Path file, String fingerprint) {
    return Optional.of(file)
        .filter(Files::exists)
        .map(ScorecardJson::read)
        .filter(card -> card.modelFingerprint().equals(fingerprint));
  }

  /**
   * Asks, and keeps the score card.
   *
   * @param fingerprint of the weights that the model has now, and of the questions
   * @param base what the held-out rows are gauged against; null for the base itself
   * @throws CompareInterrupted once the answers so far are kept
   */
  Scorecard ask(
      String name, String fingerprint, LoadedModel model, @Nullable Decoder base, Path file) {
    EvaluateSection section = plan.recipe().section(EvaluateSection.class);
    listener.onStarted("testing " + name);
    try (Tokenizer tokenizer = Tokenizer.load(model.directory())) {
      EvaluatedModel evaluated =
          new EvaluatedModel(
              name, fingerprint, model.decoder(), tokenizer, plan.questions().addsSpecialTokens());
      List<TaskResult> results =
          new Evaluator(evaluated, section.settings(), answers)
              .evaluate(plan.questions().tasks(), listener.evaluation(), interrupted)
              .orElseThrow(CompareInterrupted::new);
      Scorecard card =
          Scorecard.of(
                  name,
                  fingerprint,
                  results.stream().map(CompareScores::asAsked).toList(),
                  section.specialityWeight())
              .with(base == null ? List.of() : gauges(base, model));
      ScorecardJson.write(file, card);
      return card;
    }
  }

  /** The same card, whether or not an interruption lay between the answers. */
  private static TaskResult asAsked(TaskResult result) {
    return new TaskResult(result.task(), result.items(), result.skipped(), 0);
  }

  /** How far the tuned model is from its base on the held-out rows of the new domain. */
  private List<Gauge> gauges(Decoder base, LoadedModel tuned) {
    List<TokenizedExample> texts = plan.questions().gauges().get(Questions.HELD_OUT);
    if (texts == null) {
      return List.of();
    }
    listener.evaluation().onTask(Questions.HELD_OUT, texts.size(), 0);
    return List.of(
        Gauge.of(
            Questions.HELD_OUT, texts, base, tuned.decoder(), listener.evaluation()::onAnswered));
  }
}
