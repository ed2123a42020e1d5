package org.cofitune.train;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.NativeHeap;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * The training loop, the same for every method: steps in the order of the data, held-out losses,
 * early stopping, checkpoints. What else is done about it (log, bar, charts) are listeners.
 *
 * <pre>{@code
 * TrainingTask task = TrainingTask.ofRegion(decoder, region, rows, evalRows, arguments);
 * try (Trainer trainer = new Trainer(task, List.of(eventLog, progressBar))) {
 *   TrainingResult result =
 *       trainer.checkpoints(TrainingCheckpoints.in(folder, identity, 2)).run(interrupted::get);
 * }
 * }</pre>
 */
public final class Trainer implements AutoCloseable {
  /** A loss this many times the usual one, and at least so much above it, is a spike. */
  private static final double SPIKE_FACTOR = 2;

  private static final double SPIKE_LEAST = 0.5;

  private static final double NANOS = 1e-9;

  private final TrainingTask task;
  private final List<TrainingListener> listeners;
  private final TrainingPlan plan;
  private final AdamW optimizer;
  private final SharedStep shared;
  private final OptimizerStep step;
  private final Pace pace;
  private final NativeHeap heap = new NativeHeap();
  private @Nullable TrainingCheckpoints checkpoints;
  private TrainingProgress progress = TrainingProgress.start();
  private long pauseStep = Long.MAX_VALUE;

  /**
   * Prepares a run.
   *
   * @throws CofituneException of kind DATA if there is nothing to train on
   */
  public Trainer(TrainingTask task, List<? extends TrainingListener> listeners) {
    requireSupervision(task.rows());
    task.replay().rows().forEach(Trainer::requireSupervision);
    TrainingArguments arguments = task.arguments();
    this.task = task;
    this.listeners = List.copyOf(listeners);
    this.plan = TrainingPlan.of(task);
    this.pace = new Pace(task.decoder().parameters().device());
    this.shared = new SharedStep(task);
    this.optimizer =
        new AdamW(
            shared.own(),
            new AdamWSettings(
                arguments.adamBeta1(),
                arguments.adamBeta2(),
                arguments.adamEpsilon(),
                arguments.weightDecay()),
            arguments.offload().contains(Offload.OPTIMIZER));
    this.step = new OptimizerStep(task, optimizer, shared);
  }

  private static void requireSupervision(List<TokenizedExample> rows) {
    if (rows.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "no row to train on")
          .expected("at least one")
          .found("none")
          .next("check the data files and what was skipped")
          .build();
    }
    rows.forEach(Trainer::requireSupervision);
  }

  private static void requireSupervision(TokenizedExample row) {
    if (row.supervisedTokens() == 0) {
      throw CofituneException.of(ErrorKind.DATA, "row has nothing to supervise")
          .at(row.source())
          .expected("at least one supervised token")
          .found("none among " + row.tokens() + " tokens")
          .next("remove the row, or raise the cutoff length if its response was cut off")
          .build();
    }
  }

  /** Saves checkpoints there, and goes on from the newest one that is there. */
  public Trainer checkpoints(TrainingCheckpoints where) {
    this.checkpoints = where;
    return this;
  }

  /**
   * Pauses once so many steps are completed; takes none where they are already. A later run with
   * the same checkpoints goes on from there.
   */
  public Trainer pauseAfter(long steps) {
    this.pauseStep = steps;
    return this;
  }

  /** What happens at which step. */
  public TrainingPlan plan() {
    return plan;
  }

  /**
   * Runs to the end, to the pause, or until interrupted. The weights that come out are in the
   * task's tensors.
   *
   * @param interrupted asked after every step; when true, in any of the processes that share the
   *     task, the run saves a checkpoint and returns
   * @throws CofituneException of kind TRAINING if a loss is not a number, memory runs out, or the
   *     disk refuses; checkpoints saved before stay
   */
  public TrainingResult run(BooleanSupplier interrupted) {
    begin();
    while (!isOver() && !isPaused()) {
      takeStep();
      boolean best = plan.evaluatesAfter(progress.step()) && evaluate();
      boolean asked = task.ranks().group().any(interrupted.getAsBoolean());
      boolean stop = !isOver() && (isPaused() || asked);
      boolean scheduled = isSaved(best);
      if (scheduled || stop) {
        save(!scheduled);
      }
      if (stop && !isPaused()) {
        emit(new TrainingEvent.Interrupted(progress.step()));
        return result(TrainingResult.End.INTERRUPTED, progress.last(), progress.step());
      }
    }
    return isOver()
        ? finish()
        : result(TrainingResult.End.PAUSED, progress.last(), progress.step());
  }

  private void begin() {
    Optional<CheckpointState> resumed =
        task.ranks()
            .group()
            .together(
                () ->
                    Optional.ofNullable(checkpoints)
                        .flatMap(saved -> saved.resume(task, optimizer, shared)));
    if (resumed.isEmpty()) {
      shared.spreadFirst();
      emit(
          new TrainingEvent.Started(
              plan.totalSteps(),
              task.rows().size(),
              task.evalRows().size(),
              task.trainableParameters()));
      if (plan.evaluates()) {
        score(); // where it starts from; no candidate for the best
      }
      return;
    }
    progress = resumed.get().progress();
    emit(new TrainingEvent.Resumed(progress.step(), plan.totalSteps()));
    if (!resumed.get().interrupted()) {
      emit(saved());
    }
  }

  private boolean isOver() {
    int patience = task.arguments().earlyStoppingPatience();
    boolean exhausted = patience > 0 && progress.evaluationsSinceBest() >= patience;
    return exhausted || progress.step() >= plan.totalSteps();
  }

  private boolean isPaused() {
    return progress.step() >= pauseStep;
  }

  private boolean isSaved(boolean best) {
    return plan.savesAfter(progress.step())
        || (plan.saves() && isOver())
        || (best && task.arguments().loadBestModelAtEnd());
  }

  private void takeStep() {
    long number = progress.step();
    List<TokenizedExample> rows = plan.rowsOf(number, task);
    double learningRate = plan.schedule().at(number);
    pace.start();
    OptimizerStep.Outcome outcome = MemoryFault.guard(() -> step.take(number, rows, learningRate));
    heap.settle();
    if (outcome instanceof OptimizerStep.Taken taken) {
      double usual = progress.usualLoss();
      progress = progress.after(taken);
      emit(stepTaken(taken, learningRate));
      if (usual > 0 && taken.loss() > Math.max(SPIKE_FACTOR * usual, usual + SPIKE_LEAST)) {
        emit(new TrainingEvent.LossSpike(progress.step(), taken.loss(), usual));
      }
    } else if (outcome instanceof OptimizerStep.NonFinite nonFinite) {
      if (task.arguments().onNonFinite() == OnNonFinite.STOP) {
        throw nonFinite.at("step " + (number + 1));
      }
      progress = progress.afterSkip();
      emit(new TrainingEvent.StepSkipped(progress.step(), nonFinite.what(), nonFinite.places()));
    }
  }

  private TrainingEvent stepTaken(OptimizerStep.Taken taken, double learningRate) {
    return new TrainingEvent.StepTaken(
        progress.step(),
        plan.totalSteps(),
        plan.order().epochAt(progress.step()),
        taken.loss(),
        taken.penalty(),
        learningRate,
        taken.gradNorm(),
        taken.tokens(),
        taken.supervisedTokens(),
        taken.measured(),
        pace.finish(taken.tokens(), plan.totalSteps() - progress.step()));
  }

  /** Scores the held-out rows and tells whether that was the best so far. */
  private boolean evaluate() {
    OptionalDouble evalLoss = score();
    evalLoss.ifPresent(
        loss ->
            progress = progress.afterEvaluation(loss, task.arguments().earlyStoppingThreshold()));
    return evalLoss.isPresent() && progress.isBest();
  }

  private OptionalDouble score() {
    if (task.evalRows().isEmpty()) {
      return OptionalDouble.empty();
    }
    long start = System.nanoTime();
    double loss = MemoryFault.guard(() -> step.evaluate(task.evalRows()));
    if (!Double.isFinite(loss)) {
      throw new OptimizerStep.NonFinite(step.culprit("the loss"), task.evalRows())
          .at("held-out rows after step " + progress.step());
    }
    double seconds = (System.nanoTime() - start) * NANOS;
    emit(
        new TrainingEvent.Evaluated(
            progress.step(), plan.order().epochAt(progress.step()), loss, seconds));
    return OptionalDouble.of(loss);
  }

  private void save(boolean interrupted) {
    if (checkpoints == null) {
      return;
    }
    emit(new TrainingEvent.SavingCheckpoint(progress.step()));
    checkpoints.save(task, optimizer, shared, progress, interrupted);
    if (!interrupted) {
      emit(saved());
    }
  }

  private TrainingEvent saved() {
    return new TrainingEvent.CheckpointSaved(
        progress.step(), TrainingCheckpoints.nameOf(progress.step()));
  }

  private TrainingResult finish() {
    boolean early = progress.step() < plan.totalSteps();
    TrainingProgress.HeldOut best = progress.best();
    if (early && best != null) {
      emit(new TrainingEvent.StoppedEarly(progress.step(), best.step(), best.evalLoss()));
    }
    emit(new TrainingEvent.Finished(progress.step(), progress.trainLoss(), progress.tokens()));
    TrainingResult.End end = early ? TrainingResult.End.STOPPED_EARLY : TrainingResult.End.COMPLETE;
    if (task.arguments().loadBestModelAtEnd() && best != null && checkpoints != null) {
      checkpoints.load(best.step(), task);
      return result(end, best, best.step());
    }
    return result(end, progress.last(), progress.step());
  }

  private TrainingResult result(
      TrainingResult.End end, TrainingProgress.@Nullable HeldOut heldOut, long weightsStep) {
    return new TrainingResult(
        end,
        progress.step(),
        weightsStep,
        progress.trainLoss(),
        heldOut != null && heldOut.step() == weightsStep
            ? OptionalDouble.of(heldOut.evalLoss())
            : OptionalDouble.empty());
  }

  private void emit(TrainingEvent event) {
    listeners.forEach(listener -> listener.on(event));
  }

  /** Frees the optimizer's state; the weights stay. */
  @Override
  public void close() {
    optimizer.close();
  }
}
