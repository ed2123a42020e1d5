package org.cofitune.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.EvaluationListener;
import org.cofitune.evaluate.EvaluationSettings;
import org.cofitune.evaluate.Evaluator;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.task.Task;
import org.cofitune.model.LoadedModel;
import org.cofitune.store.Fingerprint;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Scores points on tasks. Every answer is kept under the fingerprint of its point, so that an
 * interrupted dial goes on where it stopped; base and tuned model have the fingerprints of an
 * ordinary evaluation.
 *
 * @param tasks of speciality and of versatility, at least one each
 * @param settings how questions are computed
 * @param addsSpecialTokens whether the tokenizer's beginning tokens stand before a question
 * @param specialityWeight weight of S in uni, from 0 to 1; V has the rest
 * @param baseFingerprint of the model without the delta
 * @param tunedFingerprint of the model with it
 * @param cache folder of all models' answers; null for none
 * @param listener follows every evaluation
 */
public record TaskPointScorer(
    List<Task> tasks,
    EvaluationSettings settings,
    boolean addsSpecialTokens,
    double specialityWeight,
    String baseFingerprint,
    String tunedFingerprint,
    @Nullable Path cache,
    EvaluationListener listener)
    implements PointScorer {
  public TaskPointScorer {
    tasks = List.copyOf(tasks);
    require(tasks.stream().anyMatch(t -> !t.spec().group().isVersatility()), "speciality");
    require(
        tasks.stream().anyMatch(t -> t.spec().group().isVersatility()),
        "gen-kn, gen-rs or instruct");
  }

  private static void require(boolean there, String group) {
    if (!there) {
      throw CofituneException.of(ErrorKind.RECIPE, "a dial weighs speciality and versatility")
          .at("--tasks")
          .expected("a task of group " + group)
          .found("none")
          .next("add one, or set the group of a task")
          .build();
    }
  }

  @Override
  public Optional<DialPoint> score(LoadedModel model, double alpha, BooleanSupplier interrupted) {
    String fingerprint = fingerprint(alpha);
    try (Tokenizer tokenizer = Tokenizer.load(model.directory())) {
      EvaluatedModel evaluated =
          new EvaluatedModel(
              "alpha " + alpha, fingerprint, model.decoder(), tokenizer, addsSpecialTokens);
      return new Evaluator(evaluated, settings, cache)
          .evaluate(tasks, listener, interrupted)
          .map(
              results ->
                  DialPoint.of(
                      alpha,
                      Scorecard.of(evaluated.name(), fingerprint, results, specialityWeight)));
    }
  }

  /** Under which the answers of a point are kept. */
  String fingerprint(double alpha) {
    if (alpha == 0) {
      return baseFingerprint;
    }
    return alpha == 1
        ? tunedFingerprint
        : Fingerprint.ofText(tunedFingerprint + "\nalpha " + alpha).sha256();
  }
}
