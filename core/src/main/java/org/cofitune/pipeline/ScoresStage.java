package org.cofitune.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.model.Delta;
import org.cofitune.model.LoadedModel;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.JsonText;
import org.cofitune.train.RunIdentity;

/** Scores the tuned model, compares it with the base, and lets both write. */
final class ScoresStage implements StageWork {
  private final Recipe recipe;
  private final RunDirectory directory;
  private final Questions questions;
  private final Path model;
  private final String fingerprint;
  private final SampleTexts samples;

  ScoresStage(Recipe recipe, RunDirectory directory, Questions questions) {
    this.recipe = recipe;
    this.directory = directory;
    this.questions = questions;
    this.model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    try (Delta delta = Delta.open(directory.delta())) {
      this.fingerprint = EvaluatedModel.fingerprint(model, delta);
    }
    this.samples =
        new SampleTexts(
            recipe.section(SamplesSection.class),
            questions.gauges().getOrDefault(Questions.HELD_OUT, List.of()));
  }

  @Override
  public Stage stage() {
    return Stage.SCORES;
  }

  @Override
  public RunIdentity inputs() {
    return questions
        .taskIdentity(recipe)
        .with(questions.gaugeIdentity())
        .with(Map.of("tuned model", fingerprint))
        .with(sampled());
  }

  @Override
  public List<Path> outputs() {
    List<Path> outputs = new ArrayList<>(List.of(directory.scorecard()));
    if (!questions.tasks().isEmpty()) {
      outputs.add(directory.comparison());
    }
    if (!samples.isEmpty()) {
      outputs.add(directory.samples());
    }
    return outputs;
  }

  /** Which texts are written; the rows are among the gauges. */
  private Map<String, String> sampled() {
    SamplesSection section = samples.section();
    return samples.isEmpty()
        ? Map.of()
        : Map.of(
            "samples.rows", String.valueOf(section.rows()),
            "samples.max_new_tokens", String.valueOf(section.maxNewTokens()));
  }

  @Override
  public List<Path> intermediates() {
    return List.of(directory.samples());
  }

  @Override
  public boolean run(PipelineListener listener, BooleanSupplier interrupted) {
    Scores scores = new Scores(recipe, directory, questions);
    try (LoadedModel base = scores.open(model);
        LoadedModel tuned = scores.open(model)) {
      try (Delta delta = Delta.open(directory.delta())) {
        delta.applyTo(tuned);
      }
      Optional<Scorecard> card =
          scores.of("tuned", fingerprint, tuned, base, listener.evaluation(), interrupted);
      if (card.isEmpty() || interrupted.getAsBoolean()) {
        return false;
      }
      if (!samples.isEmpty()) {
        Sample.write(directory.samples(), samples.of(base, tuned));
      }
      write(card.get());
      return true;
    }
  }

  private void write(Scorecard tuned) {
    if (!questions.tasks().isEmpty() && Files.exists(directory.baseScorecard())) {
      Scorecard base = ScorecardJson.read(directory.baseScorecard());
      AtomicFile.write(
          directory.comparison(),
          JsonText.pretty(ScorecardJson.tree(Comparison.of(base, tuned, null))));
    }
    ScorecardJson.write(directory.scorecard(), tuned);
  }
}
