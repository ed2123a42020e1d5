package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.analyze.Analysis;
import org.cofitune.analyze.AnalysisListener;
import org.cofitune.analyze.Analyzer;
import org.cofitune.analyze.ModelPair;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.Delta;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.pipeline.AnalysisInputs.Tuned;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.JsonText;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.TrainingArguments;

/**
 * One analysis: two models and rows in, what their layers do out. {@link #prepare} checks
 * everything that can be checked without weights.
 *
 * <pre>{@code
 * AnalysisRun run = AnalysisRun.prepare(inputs);
 * Optional<Analysis> analysis = run.execute(listener, () -> false);
 * analysis.ifPresent(found -> AnalysisRun.write(found, folder));
 * }</pre>
 */
public final class AnalysisRun {
  private static final String FILE = "analysis.json";

  private final Recipe recipe;
  private final Path base;
  private final Tuned tuned;
  private final AnalysisRows rows;

  private AnalysisRun(Recipe recipe, Path base, Tuned tuned, AnalysisRows rows) {
    this.recipe = recipe;
    this.base = base;
    this.tuned = tuned;
    this.rows = rows;
  }

  /**
   * Checks both models and reads the rows.
   *
   * @throws org.cofitune.error.CofituneException of kind RECIPE, DATA, or FORMAT for whatever does
   *     not fit
   */
  public static AnalysisRun prepare(AnalysisInputs inputs) {
    Recipe recipe = inputs.recipe().require("analyze", "model_name_or_path");
    Path base = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    ModelConfig config = ModelConfigReader.read(base);
    try (Checkpoint checkpoint = Checkpoint.open(base);
        Tokenizer tokenizer = Tokenizer.load(base)) {
      CheckpointParameters.match(base, config, checkpoint.specs());
      requirePair(checkpoint, config, inputs.tuned());
      AnalysisRows rows = AnalysisRows.read(inputs, tokenizer, config);
      return new AnalysisRun(recipe, base, inputs.tuned(), rows);
    }
  }

  private static void requirePair(Checkpoint base, ModelConfig config, Tuned tuned) {
    if (tuned instanceof Tuned.Trained) {
      try (Delta delta = Delta.open(tuned.path())) {
        delta.description().requireBase(base);
      }
      return;
    }
    try (Checkpoint whole = Checkpoint.open(tuned.path())) {
      ModelPair.requireSameArchitecture(base.directory(), config, whole);
      CheckpointParameters.match(whole.directory(), config, whole.specs());
    }
  }

  /** Rows of the new domain. */
  public List<TokenizedExample> speciality() {
    return rows.speciality();
  }

  /** Rows of what the base could do before. */
  public List<TokenizedExample> versatility() {
    return rows.versatility();
  }

  /**
   * Loads both models and measures.
   *
   * @param interrupted asked after every batch and every model
   * @return empty if interrupted
   */
  public Optional<Analysis> execute(AnalysisListener listener, BooleanSupplier interrupted) {
    Engine engine = Engine.start(recipe.section(EngineOptions.class));
    Optional<Precision> precision = recipe.section(RunSection.class).computing().precision();
    try (LoadedModel model =
            precision.isPresent()
                ? LoadedModel.open(base, engine, precision.get())
                : LoadedModel.open(base, engine);
        ModelPair pair = pair(model)) {
      int batch = recipe.section(TrainingArguments.class).perDeviceEvalBatchSize();
      return new Analyzer(pair, rows.speciality(), rows.versatility(), batch)
          .analyze(base, tuned.path(), listener, interrupted);
    }
  }

  private ModelPair pair(LoadedModel model) {
    if (tuned instanceof Tuned.Trained) {
      try (Delta delta = Delta.open(tuned.path())) {
        return ModelPair.of(model, delta);
      }
    }
    try (Checkpoint whole = Checkpoint.open(tuned.path())) {
      return ModelPair.of(model, whole);
    }
  }

  /**
   * Writes {@code analysis.json}; it appears when it is complete.
   *
   * @param folder created where there is none
   * @return the file
   */
  public static Path write(Analysis analysis, Path folder) {
    Path file = folder.resolve(FILE);
    AtomicFile.write(file, JsonText.pretty(analysis.toJson()));
    return file;
  }
}
