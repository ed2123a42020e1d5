package org.cofitune.importance;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.cofitune.data.MicroBatches;
import org.cofitune.data.PackedBatch;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.NativeHeap;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Parameters;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.Fingerprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how much every unit of a model matters to a text (METHOD.md section 4), batch by batch.
 *
 * <pre>{@code
 * ImportanceSettings settings = ImportanceSettings.defaults();
 * try (ImportanceEstimator estimator =
 *     new ImportanceEstimator(config, parameters, fingerprint, settings, bar::show)) {
 *   estimator.measureInto(run.resolve("importance"), corpus, interrupted::get);
 * }
 * }</pre>
 *
 * The parameters must be frozen while it works. The same seed gives the same numbers, interrupted
 * or not. Not thread-safe; {@link #close} frees the gates.
 */
public final class ImportanceEstimator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ImportanceEstimator.class);
  private static final int BATCHES_BETWEEN_SAVES = 16;

  private final ModelConfig config;
  private final Parameters parameters;
  private final String modelFingerprint;
  private final ImportanceSettings settings;
  private final Consumer<ImportanceProgress> listener;
  private final GatePass pass;
  private final NativeHeap heap = new NativeHeap();

  /**
   * An estimator for a model.
   *
   * @param modelFingerprint noted in the result, which other models then refuse
   * @param listener told after every batch
   */
  public ImportanceEstimator(
      ModelConfig config,
      Parameters parameters,
      String modelFingerprint,
      ImportanceSettings settings,
      Consumer<ImportanceProgress> listener) {
    this.config = config;
    this.parameters = parameters;
    this.modelFingerprint = modelFingerprint;
    this.settings = settings;
    this.listener = listener;
    this.pass = new GatePass(config, parameters, settings.memory());
  }

  /**
   * Measures a corpus and keeps nothing on disk.
   *
   * @throws CofituneException of kind TRAINING if a gradient is not a number
   */
  public Importance measure(ImportanceCorpus corpus) {
    ImportanceSums sums = ImportanceSums.none(config);
    while (sums.rows() < corpus.rows().size()) {
      sums = withNextBatches(sums, corpus, ProcessGroup.alone());
    }
    return importance(sums, corpus);
  }

  /**
   * Measures a corpus into a folder of its name. An interrupted or killed measurement goes on where
   * it last saved.
   *
   * @param directory of all corpora
   * @param interrupted asked after every batch; when true, what is done is saved
   * @return empty if interrupted
   * @throws CofituneException of kind RECIPE if the folder is there already, of kind TRAINING if a
   *     gradient is not a number or the disk refuses
   */
  public Optional<Importance> measureInto(
      Path directory, ImportanceCorpus corpus, BooleanSupplier interrupted) {
    return measureInto(directory, corpus, interrupted, ProcessGroup.alone());
  }

  /**
   * As {@link #measureInto(Path, ImportanceCorpus, BooleanSupplier)}, with processes that compute
   * batches in turns; the first keeps what comes of it. The sums are those of one process, to the
   * last bit.
   */
  public Optional<Importance> measureInto(
      Path directory, ImportanceCorpus corpus, BooleanSupplier interrupted, ProcessGroup group) {
    Path folder = directory.resolve(corpus.name());
    PartialImportance partial =
        PartialImportance.beside(folder, identity(corpus), parameters.precision());
    ImportanceSums begun =
        group.together(() -> partial.load().orElseGet(() -> ImportanceSums.none(config)));
    if (!group.isFirst()) {
      return follow(begun, corpus, interrupted, group);
    }
    try (AtomicDirectory target = AtomicDirectory.create(folder)) {
      ImportanceSums sums = begun;
      for (int batches = 1; sums.rows() < corpus.rows().size(); batches++) {
        sums = withNextBatches(sums, corpus, group);
        boolean asked = group.any(interrupted.getAsBoolean());
        boolean stop = sums.rows() < corpus.rows().size() && asked;
        if (stop || batches % BATCHES_BETWEEN_SAVES == 0) {
          partial.save(sums);
        }
        if (stop) {
          return Optional.empty();
        }
      }
      Importance importance = importance(sums, corpus);
      ImportanceFolder.write(target, importance);
      PartialImportance.removeBeside(folder);
      return Optional.of(importance);
    }
  }

  /**
   * The number type that an unfinished measurement was begun in, if there is one: only in the same
   * it goes on.
   *
   * @param directory of all corpora
   */
  public static Optional<Precision> precisionOfUnfinished(Path directory, String corpus) {
    return PartialImportance.precisionBeside(directory.resolve(corpus));
  }

  /**
   * Removes what a process left that was killed as it finished a measurement.
   *
   * @param directory of all corpora
   */
  public static void removeUnfinished(Path directory, String corpus) {
    Path folder = directory.resolve(corpus);
    PartialImportance.removeBeside(folder);
    AtomicDirectory.removeAbandoned(directory);
  }

  private Optional<Importance> follow(
      ImportanceSums begun,
      ImportanceCorpus corpus,
      BooleanSupplier interrupted,
      ProcessGroup group) {
    ImportanceSums sums = begun;
    while (sums.rows() < corpus.rows().size()) {
      sums = withNextBatches(sums, corpus, group);
      boolean asked = group.any(interrupted.getAsBoolean());
      if (sums.rows() < corpus.rows().size() && asked) {
        return Optional.empty();
      }
    }
    return Optional.of(importance(sums, corpus));
  }

  /** With the next batch of each process, added in the order of the rows. */
  private ImportanceSums withNextBatches(
      ImportanceSums sums, ImportanceCorpus corpus, ProcessGroup group) {
    int total = corpus.rows().size();
    int own = Math.min(total, sums.rows() + group.rank() * settings.batchSize());
    Contribution mine =
        own < total ? contribution(corpus, own) : new Contribution(0, UnitValues.zeros(config), 0);
    ImportanceSums more = sums;
    for (int rank = 0; rank < group.size() && more.rows() < total; rank++) {
      Contribution next = mine.of(rank, group);
      int rows = Math.min(settings.batchSize(), total - more.rows());
      more = more.plus(next.divergence(), next.gradients(), next.tokens(), rows);
    }
    listener.accept(
        new ImportanceProgress(
            corpus.name(), more.rows(), total, more.tokens(), more.meanDivergence()));
    return more;
  }

  /** What a batch adds to the sums. */
  private record Contribution(double divergence, UnitValues gradients, long tokens) {

    /** Another process's contribution of the same wave. */
    Contribution of(int rank, ProcessGroup group) {
      if (group.isAlone()) {
        return this;
      }
      double[] sent = group.numbersOf(rank, new double[] {divergence, (double) tokens});
      double[] numbers = group.numbersOf(rank, gradients.flat());
      return new Contribution(sent[0], gradients.withFlat(numbers), (long) sent[1]);
    }
  }

  private Contribution contribution(ImportanceCorpus corpus, int from) {
    int to = Math.min(from + settings.batchSize(), corpus.rows().size());
    List<TokenizedExample> rows = corpus.rows().subList(from, to);
    double divergence = 0;
    int firstRow = from;
    MicroBatches parts = MicroBatches.of(rows, settings.batchSize(), settings.tokensAtOnce());
    for (PackedBatch part : parts.batches()) {
      divergence += pass.accumulate(part, dropout(firstRow));
      firstRow += part.sequences();
    }
    UnitValues gradients = pass.takeGradients();
    heap.settle();
    if (!Double.isFinite(divergence) || !gradients.isFinite()) {
      throw CofituneException.of(ErrorKind.TRAINING, "importance is not a number")
          .at(rows.get(0).source() + " to " + rows.get(rows.size() - 1).source())
          .expected("finite gradients")
          .found("NaN or infinity")
          .next("check the model's weights, or compute in float32")
          .build();
    }
    return new Contribution(
        divergence, settings.aggregation().contribution(gradients), parts.tokens());
  }

  private DropoutMasks dropout(int firstRow) {
    return new SeededDropout(
        settings.dropout(),
        settings.seed(),
        firstRow,
        parameters.device(),
        parameters.precision().master().scalarType());
  }

  private Importance importance(ImportanceSums sums, ImportanceCorpus corpus) {
    if (sums.divergence() == 0) {
      log.warn(
          "dropout {} changed no output on {} tokens of {}: every importance is 0",
          settings.dropout(),
          sums.tokens(),
          corpus.name());
    }
    ImportanceDescription description =
        new ImportanceDescription(
            modelFingerprint,
            corpus.name(),
            corpus.fingerprint().sha256(),
            settings.dropout(),
            settings.aggregation(),
            settings.batchSize(),
            settings.seed(),
            sums.rows(),
            sums.tokens(),
            sums.meanDivergence());
    return new Importance(sums.vectors(), Optional.of(description));
  }

  /** Everything that the sums depend on. */
  private Fingerprint identity(ImportanceCorpus corpus) {
    return Fingerprint.ofText(
        String.join(
            "\n",
            modelFingerprint,
            corpus.fingerprint().sha256(),
            Double.toString(settings.dropout()),
            settings.aggregation().name(),
            Integer.toString(settings.batchSize()),
            Integer.toString(settings.tokensAtOnce()),
            Long.toString(settings.seed()),
            parameters.precision().name()));
  }

  /** Frees the gates; the parameters stay. */
  @Override
  public void close() {
    pass.close();
  }
}
