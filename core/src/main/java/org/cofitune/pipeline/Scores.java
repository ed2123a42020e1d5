package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.evaluate.Evaluator;
import org.cofitune.evaluate.score.Gauge;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.model.LoadedModel;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** Asks models of a pipeline its questions. */
final class Scores {
  private final Recipe recipe;
  private final RunDirectory directory;
  private final Questions questions;

  Scores(Recipe recipe, RunDirectory directory, Questions questions) {
    this.recipe = recipe;
    this.directory = directory;
    this.questions = questions;
  }

  /** A checkpoint in the recipe's number type; the caller closes it. */
  LoadedModel open(Path model) {
    Engine engine = Engine.start(recipe.section(EngineOptions.class));
    return recipe
        .section(RunSection.class)
        .computing()
        .precision()
        .map(precision -> LoadedModel.open(model, engine, precision))
        .orElseGet(() -> LoadedModel.open(model, engine));
  }

  /**
   * The score card of a model.
   *
   * @param base what it is gauged against; null for none
   * @return empty if interrupted
   */
  Optional<Scorecard> of(
      String name,
      String fingerprint,
      LoadedModel model,
      @Nullable LoadedModel base,
      EvaluationListener listener,
      BooleanSupplier interrupted) {
    EvaluateSection section = recipe.section(EvaluateSection.class);
    try (Tokenizer tokenizer = Tokenizer.load(model.directory())) {
      EvaluatedModel evaluated =
          new EvaluatedModel(
              name, fingerprint, model.decoder(), tokenizer, questions.addsSpecialTokens());
      return new Evaluator(evaluated, section.settings(), directory.answers())
          .evaluate(questions.tasks(), listener, interrupted)
          .map(
              results ->
                  Scorecard.of(name, fingerprint, results, section.specialityWeight())
                      .with(base == null ? List.of() : gauges(base, model, listener)));
    }
  }

  private List<Gauge> gauges(LoadedModel base, LoadedModel tuned, EvaluationListener listener) {
    List<Gauge> gauges = new ArrayList<>();
    questions
        .gauges()
        .forEach(
            (name, texts) -> {
              listener.onTask(name, texts.size(), 0);
              gauges.add(
                  Gauge.of(name, texts, base.decoder(), tuned.decoder(), listener::onAnswered));
            });
    return gauges;
  }
}
