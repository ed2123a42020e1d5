package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cofitune.train.RunIdentity;

/** Measures what the model could do before. */
final class ImportanceStage implements StageWork {
  private final Recipe recipe;
  private final ImportanceRun measurement;

  ImportanceStage(Recipe recipe) {
    this.recipe = recipe;
    this.measurement = ImportanceRun.open(recipe, Optional.empty());
  }

  @Override
  public Stage stage() {
    return Stage.IMPORTANCE;
  }

  @Override
  public RunIdentity inputs() {
    return measurement
        .identity()
        .with(
            Map.of(
                "dtype", recipe.section(RunSection.class).computing().name(),
                "importance.corpus", measurement.corpus().name()));
  }

  @Override
  public List<Path> outputs() {
    return List.of(measurement.folder());
  }

  @Override
  public boolean run(PipelineListener listener, BooleanSupplier interrupted) {
    measurement.lookUp();
    return measurement.execute(listener.importance(), interrupted).isPresent();
  }

  @Override
  public void close() {
    measurement.close();
  }
}
