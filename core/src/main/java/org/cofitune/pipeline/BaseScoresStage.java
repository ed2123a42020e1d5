package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.model.LoadedModel;
import org.cofitune.train.RunIdentity;

/** Scores the base model. */
final class BaseScoresStage implements StageWork {
  private final RunDirectory directory;
  private final Questions questions;
  private final Recipe recipe;
  private final Path model;
  private final String fingerprint;

  BaseScoresStage(Recipe recipe, RunDirectory directory, Questions questions) {
    this.recipe = recipe;
    this.directory = directory;
    this.questions = questions;
    this.model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    this.fingerprint = EvaluatedModel.fingerprint(model, null);
  }

  @Override
  public Stage stage() {
    return Stage.BASE_SCORES;
  }

  @Override
  public RunIdentity inputs() {
    return questions.taskIdentity(recipe).with(Map.of("base model", fingerprint));
  }

  @Override
  public List<Path> outputs() {
    return List.of(directory.baseScorecard());
  }

  @Override
  public boolean run(PipelineListener listener, BooleanSupplier interrupted) {
    Scores scores = new Scores(recipe, directory, questions);
    try (LoadedModel loaded = scores.open(model)) {
      Optional<Scorecard> card =
          scores.of("base", fingerprint, loaded, null, listener.evaluation(), interrupted);
      card.ifPresent(made -> ScorecardJson.write(directory.baseScorecard(), made));
      return card.isPresent();
    }
  }
}
