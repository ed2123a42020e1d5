package org.cofitune.analyze;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.data.TokenizedExample;
import org.cofitune.search.HeldOutScorer;

/**
 * Compares a base and a tuned model from the inside: what each layer says, what parts of one are
 * worth in the other, and how far weights moved.
 *
 * <pre>{@code
 * Optional<Analysis> analysis =
 *     new Analyzer(pair, speciality, versatility, 8).analyze(base, tuned, listener, () -> false);
 * }</pre>
 */
public final class Analyzer {
  private static final double EVEN = 0.5;

  private final ModelPair pair;
  private final List<TokenizedExample> speciality;
  private final List<TokenizedExample> versatility;
  private final int batchSize;

  /**
   * An analysis of a pair.
   *
   * @param speciality rows of the new domain, best such that were not trained on
   * @param versatility rows of what the base could do before
   * @param batchSize sequences that are scored at once
   */
  public Analyzer(
      ModelPair pair,
      List<TokenizedExample> speciality,
      List<TokenizedExample> versatility,
      int batchSize) {
    this.pair = pair;
    this.speciality = List.copyOf(speciality);
    this.versatility = List.copyOf(versatility);
    this.batchSize = batchSize;
  }

  /**
   * Measures everything.
   *
   * @param base where the base comes from
   * @param tuned where the tuned model comes from
   * @param interrupted asked after every batch and every model
   * @return empty if interrupted
   */
  public Optional<Analysis> analyze(
      Path base, Path tuned, AnalysisListener listener, BooleanSupplier interrupted) {
    SwapExperiment experiment =
        new SwapExperiment(pair, new HeldOutScorer(speciality, versatility, batchSize, EVEN));
    listener.onStarted("models", experiment.models());
    Optional<SwapExperiment.Result> swaps = experiment.run(listener::onAdvanced, interrupted);
    if (swaps.isEmpty()) {
      return Optional.empty();
    }
    listener.onStarted("rows", speciality.size() + versatility.size());
    LayerReader reader = new LayerReader(pair);
    Optional<Analysis.Readings> readings =
        reader
            .read(speciality, listener::onAdvanced, interrupted)
            .flatMap(
                first ->
                    reader
                        .read(versatility, listener::onAdvanced, interrupted)
                        .map(second -> new Analysis.Readings(first, second)));
    return readings.map(
        read ->
            new Analysis(
                Analysis.FORMAT,
                base.toString(),
                tuned.toString(),
                pair.config().numHiddenLayers(),
                new ArrayList<>(pair.changed()),
                swaps.get().ends(),
                read,
                Drift.of(pair),
                swaps.get().swaps()));
  }
}
