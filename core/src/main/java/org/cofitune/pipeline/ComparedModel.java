package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.cofitune.compare.ComparisonRecords;
import org.cofitune.compare.TrainingTime;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.method.MethodTask;
import org.cofitune.model.BaseWeights;
import org.cofitune.model.Decoder;
import org.cofitune.model.Delta;
import org.cofitune.model.DeltaDescription;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.Parameters;
import org.cofitune.model.PartOfDelta;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.RecordLines;
import org.cofitune.train.RunIdentity;
import org.cofitune.train.SharedPrefixes;
import org.cofitune.train.Trainer;
import org.cofitune.train.TrainingCheckpoints;
import org.cofitune.train.TrainingEvent;
import org.cofitune.train.TrainingListener;
import org.cofitune.train.TrainingResult;
import org.cofitune.train.TrainingTask;

/**
 * One loaded model in which the trainings of a comparison run one after the other. It has the
 * base's weights before and after each of them, bit by bit.
 */
final class ComparedModel implements AutoCloseable {
  private static final String TRAINED = "trained_numbers";
  private static final int CHECKPOINTS_KEPT = 1;
  private static final double NANOS = 1e-9;

  private final LoadedModel model;
  private final ComparePlan plan;
  private final CompareFolder folder;
  private final BaseWeights base;
  private final SharedPrefixes prefixes;
  private final RecordLines<TrainingTime> times;
  private final String fingerprint;
  private final Map<String, String> named;

  /**
   * Takes a model over; nothing of it may be trainable.
   *
   * @param checkpoint that it was loaded from
   */
  ComparedModel(LoadedModel model, Checkpoint checkpoint, ComparePlan plan, RunDirectory run) {
    this.model = model;
    this.plan = plan;
    this.folder = CompareFolder.of(run);
    this.times = ComparisonRecords.times(folder.times());
    this.fingerprint = Fingerprint.ofCheckpoint(checkpoint).sha256();
    this.named =
        Map.of(
            "base model", Fingerprint.ofCheckpointSample(checkpoint).sha256(),
            "number type", model.parameters().precision().name());
    this.base = BaseWeights.of(model.parameters());
    this.prefixes =
        new SharedPrefixes(
            model.decoder(), plan.recipe().section(PrefixCacheSection.class).storage(run.path()));
  }

  LoadedModel model() {
    return model;
  }

  /** A second decoder that has the base's weights whatever the model has; the caller closes it. */
  View base() {
    Parameters weights = base.view();
    return new View(weights, new Decoder(model.config(), weights));
  }

  /** The base's weights beside a model that is changed. */
  record View(Parameters parameters, Decoder decoder) implements AutoCloseable {
    @Override
    public void close() {
      decoder.close();
      parameters.close();
    }
  }

  /** What the weights of a training depend on. */
  RunIdentity identity(PlannedMethod method, double learningRate, long seed) {
    return method.identity(learningRate, seed, plan.data().speciality().train(), named);
  }

  /** Does something with the model at a part of a delta. */
  <T> T at(PartOfDelta part, Delta delta, Supplier<T> action) {
    try {
      part.onto(delta, model.parameters());
      return action.get();
    } finally {
      base.restore();
    }
  }

  /**
   * What a training changed; trains unless that is on the disk. The caller closes it.
   *
   * @throws CompareInterrupted once the training in progress is saved
   */
  Delta train(
      PlannedMethod method,
      double learningRate,
      long seed,
      CompareListener listener,
      BooleanSupplier interrupted) {
    RunIdentity identity = identity(method, learningRate, seed);
    String training = identity.fingerprint().sha256();
    Path target = folder.delta(training);
    if (Files.notExists(target)) {
      if (interrupted.getAsBoolean()) {
        throw new CompareInterrupted();
      }
      listener.onStarted(
          "training %s, learning rate %s, seed %d".formatted(method.name(), learningRate, seed));
      try {
        run(method, learningRate, seed, training, listener.training(), interrupted);
      } catch (CofituneException e) {
        throw e.kind() == ErrorKind.TRAINING
            ? e.at(
                "%smethod %s, learning rate %s, seed %d"
                    .formatted(
                        e.where().map(w -> w + " of ").orElse(""),
                        method.name(),
                        learningRate,
                        seed))
            : e;
      } finally {
        base.restore();
      }
      AtomicDirectory.remove(folder.inProgress(training));
    }
    return Delta.open(target);
  }

  private void run(
      PlannedMethod method,
      double learningRate,
      long seed,
      String training,
      TrainingListener listener,
      BooleanSupplier interrupted) {
    TrainingTask task =
        method
            .method()
            .begin(
                model.decoder(),
                method.region(),
                plan.data().speciality().train(),
                List.of(),
                method.arguments(learningRate, seed))
            .withReplay(method.replay(learningRate, seed));
    if (method.cachesPrefix()) {
      task = task.withPrefix(prefixes.below(task.lowestLayer()));
    }
    Map<String, String> parts = new TreeMap<>(named);
    parts.put("training", training);
    AtomicLong memory = new AtomicLong();
    TrainingListener watch =
        event -> {
          if (event instanceof TrainingEvent.StepTaken taken) {
            memory.accumulateAndGet(taken.speed().memoryBytes(), Math::max);
          }
        };
    long start = System.nanoTime();
    long trained;
    TrainingResult result;
    try (MethodTask changed = method.method().onto(task);
        Trainer trainer = new Trainer(changed.task(), List.of(watch, listener))) {
      trained = changed.task().trainableParameters();
      result =
          trainer
              .checkpoints(
                  TrainingCheckpoints.in(folder.inProgress(training), parts, CHECKPOINTS_KEPT))
              .run(interrupted);
      if (result.end() != TrainingResult.End.INTERRUPTED) {
        changed
            .completion()
            .complete(description(method, learningRate, seed, trained), folder.adapter(training));
      }
    }
    times.add(new TrainingTime(training, (System.nanoTime() - start) * NANOS, memory.get()));
    if (result.end() == TrainingResult.End.INTERRUPTED) {
      throw new CompareInterrupted();
    }
    Delta.write(
        folder.delta(training),
        model.parameters(),
        method.method().changed(model.config(), method.region()).keySet(),
        description(method, learningRate, seed, trained));
  }

  private DeltaDescription description(
      PlannedMethod method, double learningRate, long seed, long trained) {
    ObjectNode described = method.method().description();
    described.put(TRAINED, trained);
    ObjectNode recipe = method.recipe().toJson();
    recipe.put("learning_rate", learningRate).put("seed", seed);
    return new DeltaDescription(
        method.region().text(),
        model.directory().toString(),
        fingerprint,
        String.valueOf(named.get("base model")),
        described,
        recipe);
  }

  /** How many numbers a training moved. */
  static long trained(Delta delta) {
    return delta.description().method().path(TRAINED).asLong();
  }

  /** Seconds and memory of a training, over all its pieces. */
  TrainingTime time(String training) {
    double seconds = 0;
    long memory = 0;
    for (TrainingTime time : times.records()) {
      if (time.training().equals(training)) {
        seconds += time.seconds();
        memory = Math.max(memory, time.memoryBytes());
      }
    }
    return new TrainingTime(training, seconds, memory);
  }

  /** Removes what a training changed. */
  void forget(String training) {
    AtomicDirectory.remove(folder.delta(training));
    AtomicDirectory.remove(folder.adapter(training));
  }

  /** Lets go of the base's weights; the model stays open, and has them. */
  @Override
  public void close() {
    prefixes.close();
    base.close();
  }
}
