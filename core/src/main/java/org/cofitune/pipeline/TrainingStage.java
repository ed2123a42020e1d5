package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.train.RunIdentity;
import org.cofitune.train.TrainingResult;

/** Trains, and leaves delta and merged model. */
final class TrainingStage implements StageWork {
  private final Recipe recipe;
  private final RunDirectory directory;
  private final TrainingRun training;

  TrainingStage(Recipe recipe, RunDirectory directory) {
    this.recipe = recipe;
    this.directory = directory;
    this.training = TrainingRun.prepare(recipe, Claim.lent(directory), ProcessGroup.alone());
  }

  @Override
  public Stage stage() {
    return Stage.TRAINING;
  }

  @Override
  public RunIdentity inputs() {
    RunSection section = recipe.section(RunSection.class);
    return training
        .identity()
        .with(
            Map.of(
                "dtype", section.computing().name(),
                "save_merged_model", String.valueOf(section.saveMergedModel())));
  }

  @Override
  public List<Path> outputs() {
    return recipe.section(RunSection.class).saveMergedModel()
        ? List.of(directory.delta(), directory.model())
        : List.of(directory.delta());
  }

  @Override
  public List<Path> intermediates() {
    return List.of(
        directory.adapter(), directory.model(), directory.checkpoints(), directory.tensorboard());
  }

  @Override
  public boolean run(PipelineListener listener, BooleanSupplier interrupted) {
    TrainingResult result = training.execute(List.of(listener.training()), interrupted);
    return result.end() != TrainingResult.End.INTERRUPTED;
  }

  @Override
  public void close() {
    training.close();
  }
}
