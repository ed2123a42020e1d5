package org.cofitune.train;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.engine.RandomState;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.DiskFault;
import org.cofitune.store.Manifest;
import org.cofitune.store.MappedTensors;
import org.cofitune.store.SafetensorsWriter;
import org.cofitune.store.TensorSpec;
import org.jspecify.annotations.Nullable;

/**
 * The {@code checkpoints} folder of a run: {@code step-000120} holds the trained tensors, AdamW's
 * moments and everything else that the next step depends on, so that a resumed run ends with the
 * bytes of an undisturbed one. A checkpoint appears whole or not at all, and another one goes only
 * when a newer one is there and has been read back whole.
 */
public final class TrainingCheckpoints {
  private static final Pattern NAME = Pattern.compile("step-(\\d{6,18})");
  private static final String TENSORS = "trained.safetensors";
  private static final String MOMENTS = "optimizer.safetensors";
  private static final String FIRST_MOMENT = ".exp_avg";
  private static final String SECOND_MOMENT = ".exp_avg_sq";

  private final Path folder;
  private final Map<String, String> identity;
  private final int keep;
  private final @Nullable String resumed;
  private final int writer;

  private TrainingCheckpoints(
      Path folder, Map<String, String> identity, int keep, @Nullable String resumed, int writer) {
    this.folder = folder;
    this.identity = Map.copyOf(identity);
    this.keep = keep;
    this.resumed = resumed;
    this.writer = writer;
  }

  /**
   * The checkpoints of a run; the folder need not exist yet.
   *
   * @param identity what a resumed run must have in common with the one that was saved and that its
   *     task does not say: {@code model} (fingerprint), {@code region}, {@code method}
   * @param keep how many to keep, {@code save_total_limit}; 0 for all
   */
  public static TrainingCheckpoints in(Path folder, Map<String, String> identity, int keep) {
    return new TrainingCheckpoints(folder, identity, keep, null, 0);
  }

  /**
   * The same checkpoints, to be resumed from another one than the newest.
   *
   * @param name of the checkpoint, {@code resume_from_checkpoint}; null for the newest
   */
  public TrainingCheckpoints resumingFrom(@Nullable String name) {
    return new TrainingCheckpoints(folder, identity, keep, name, writer);
  }

  /** The same checkpoints, written by another of the processes that share a task than the first. */
  TrainingCheckpoints writtenBy(int rank) {
    return new TrainingCheckpoints(folder, identity, keep, resumed, rank);
  }

  /** The name of the checkpoint of a step. */
  static String nameOf(long step) {
    return "step-%06d".formatted(step);
  }

  /**
   * Saves a checkpoint, then removes those that need not be kept any longer. One process writes;
   * the others send it their moments. However many they are, the bytes are the same.
   */
  void save(
      TrainingTask task,
      AdamW optimizer,
      SharedStep shared,
      TrainingProgress progress,
      boolean interrupted) {
    ProcessGroup group = task.ranks().group();
    if (group.rank() == writer) {
      write(task, optimizer, shared, progress, interrupted);
    } else {
      sendMoments(task, optimizer, group);
    }
    group.together(() -> null); // nobody goes on before the checkpoint is there
  }

  private void sendMoments(TrainingTask task, AdamW optimizer, ProcessGroup group) {
    Map<String, AdamW.Moments> own = optimizer.moments();
    for (TrainedTensor tensor : task.tensors()) {
      AdamW.Moments moments = own.get(tensor.name());
      if (moments != null) {
        group.send(moments.first(), writer);
        group.send(moments.second(), writer);
      }
    }
  }

  private void write(
      TrainingTask task,
      AdamW optimizer,
      SharedStep shared,
      TrainingProgress progress,
      boolean interrupted) {
    Path target = folder.resolve(nameOf(progress.step()));
    AtomicDirectory.remove(target); // one that turned out damaged, or of a run that was repeated
    try (AtomicDirectory directory = AtomicDirectory.create(target);
        PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      task.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor.master()));
      SafetensorsWriter.write(directory.path().resolve(TENSORS), tensors);
      writeMoments(directory.path().resolve(MOMENTS), task, optimizer, shared);
      CheckpointState state =
          new CheckpointState(
              RunIdentity.of(task, identity),
              progress,
              optimizer.steps(),
              interrupted,
              RandomState.capture());
      AtomicFile.write(directory.path().resolve(CheckpointState.NAME), state.json());
      directory.commitWithManifest();
    }
    rotate(progress);
  }

  /** One tensor at a time: those of other processes exist here only while they are written. */
  private void writeMoments(Path file, TrainingTask task, AdamW optimizer, SharedStep shared) {
    List<TensorSpec> specs = new ArrayList<>();
    for (TrainedTensor tensor : task.tensors()) {
      specs.add(SafetensorsWriter.specOf(tensor.name() + FIRST_MOMENT, tensor.master()));
      specs.add(SafetensorsWriter.specOf(tensor.name() + SECOND_MOMENT, tensor.master()));
    }
    Map<String, AdamW.Moments> own = optimizer.moments();
    ProcessGroup group = task.ranks().group();
    try (SafetensorsWriter moments =
        SafetensorsWriter.create(file, specs, SafetensorsWriter.PYTORCH)) {
      for (TrainedTensor tensor : task.tensors()) {
        try (PointerScope scope = new PointerScope()) {
          AdamW.Moments state = own.get(tensor.name());
          if (state == null) {
            state = received(tensor, shared.owners().of(tensor), group);
          }
          moments.write(tensor.name() + FIRST_MOMENT, state.first());
          moments.write(tensor.name() + SECOND_MOMENT, state.second());
        }
      }
      moments.finish();
    }
  }

  private static AdamW.Moments received(TrainedTensor tensor, int owner, ProcessGroup group) {
    Tensor first = torch.empty_like(tensor.master().detach());
    Tensor second = torch.empty_like(first);
    group.receive(first, owner);
    group.receive(second, owner);
    return new AdamW.Moments(first, second);
  }

  /**
   * Puts the values of the newest checkpoint, or of the one that was named, into a task's tensors
   * and its optimizer.
   *
   * @return empty where there is no checkpoint
   * @throws CofituneException of kind FORMAT naming a damaged file and a checkpoint that is whole,
   *     of kind RECIPE if the checkpoint is of another run or not there
   */
  Optional<CheckpointState> resume(TrainingTask task, AdamW optimizer, SharedStep shared) {
    if (task.ranks().group().rank() == writer) {
      AtomicDirectory.removeAbandoned(folder);
    }
    List<Long> steps = steps();
    if (resumed != null) {
      steps = upTo(resumed, steps);
    }
    if (steps.isEmpty()) {
      return Optional.empty();
    }
    Path checkpoint = verified(steps);
    CheckpointState state = CheckpointState.read(checkpoint);
    RunIdentity.of(task, identity).requireSame(state.run(), "the checkpoint", checkpoint);
    copyTensors(checkpoint, task);
    try (MappedTensors saved = MappedTensors.open(checkpoint.resolve(MOMENTS));
        PointerScope scope = new PointerScope()) {
      Map<String, AdamW.Moments> moments = new LinkedHashMap<>();
      for (TrainedTensor tensor : shared.own()) {
        moments.put(
            tensor.name(),
            new AdamW.Moments(
                saved.get(tensor.name() + FIRST_MOMENT, tensor.master()),
                saved.get(tensor.name() + SECOND_MOMENT, tensor.master())));
      }
      optimizer.restore(moments, state.optimizerSteps());
    }
    restoreRandomState(state, checkpoint);
    return Optional.of(state);
  }

  private static void restoreRandomState(CheckpointState state, Path checkpoint) {
    try {
      RandomState.restore(state.randomState());
    } catch (IllegalArgumentException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "unreadable state of a checkpoint")
          .at(checkpoint.resolve(CheckpointState.NAME))
          .expected("the state of this engine's random number generator")
          .found(state.randomState().length + " bytes")
          .next("resume with the version of cofitune that saved it")
          .cause(e)
          .build();
    }
  }

  /** Puts the tensors of a step's checkpoint into a task's. */
  void load(long step, TrainingTask task) {
    Path checkpoint = folder.resolve(nameOf(step));
    Manifest.verify(checkpoint);
    copyTensors(checkpoint, task);
  }

  private static void copyTensors(Path checkpoint, TrainingTask task) {
    try (MappedTensors saved = MappedTensors.open(checkpoint.resolve(TENSORS));
        NoGradGuard noGrad = new NoGradGuard()) {
      for (TrainedTensor tensor : task.tensors()) {
        try (PointerScope scope = new PointerScope()) {
          tensor.master().copy_(saved.get(tensor.name(), tensor.master()));
        }
      }
    }
  }

  /** The checkpoint of a name, and those before it. */
  private List<Long> upTo(String name, List<Long> steps) {
    List<Long> found = steps.stream().dropWhile(step -> !nameOf(step).equals(name)).toList();
    if (found.isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "no such checkpoint to resume from")
          .at("resume_from_checkpoint")
          .expected(
              steps.isEmpty()
                  ? "a checkpoint in " + folder
                  : steps.stream().map(TrainingCheckpoints::nameOf).collect(joining(" or ")))
          .found(name)
          .next("name one that is there")
          .build();
    }
    return found;
  }

  /**
   * The newest of some checkpoints, every file checked; a damaged one is never passed over in
   * silence.
   */
  private Path verified(List<Long> steps) {
    Path newest = folder.resolve(nameOf(steps.get(0)));
    try {
      Manifest.verify(newest);
      return newest;
    } catch (CofituneException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "damaged checkpoint")
          .at(newest)
          .found(e.getMessage())
          .next(
              steps.stream()
                  .skip(1)
                  .map(TrainingCheckpoints::nameOf)
                  .filter(name -> isWhole(folder.resolve(name)))
                  .findFirst()
                  .map(
                      name ->
                          "set resume_from_checkpoint="
                              + name
                              + ", or remove "
                              + newest
                              + ", to resume from "
                              + name)
                  .orElse("no checkpoint before it is whole: remove them to begin again"))
          .cause(e)
          .build();
    }
  }

  private static boolean isWhole(Path checkpoint) {
    try {
      Manifest.verify(checkpoint);
      return true;
    } catch (CofituneException e) {
      return false;
    }
  }

  /** The steps that have a checkpoint, newest first. */
  private List<Long> steps() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> NAME.matcher(entry.getFileName().toString()))
          .filter(Matcher::matches)
          .map(matcher -> Long.valueOf(matcher.group(1)))
          .sorted(Comparator.reverseOrder())
          .toList();
    } catch (IOException e) {
      throw DiskFault.reading(folder, e);
    }
  }

  /**
   * Removes what the newest checkpoint makes needless: beyond the limit, of steps that are taken
   * again, and of an interruption, which no schedule asked for.
   */
  private void rotate(TrainingProgress progress) {
    List<Long> needless = needless(progress);
    if (!needless.isEmpty()) {
      Manifest.verify(folder.resolve(nameOf(progress.step())));
      needless.forEach(step -> AtomicDirectory.remove(folder.resolve(nameOf(step))));
    }
  }

  private List<Long> needless(TrainingProgress progress) {
    TrainingProgress.HeldOut best = progress.best();
    List<Long> needless = new ArrayList<>();
    int kept = 0;
    for (long step : steps()) {
      boolean isBest = best != null && best.step() == step;
      boolean isNewest = step == progress.step();
      boolean isExtra = step > progress.step() || (!isNewest && isOfInterruption(step));
      if (!isBest && (isExtra || (keep > 0 && kept >= keep))) {
        needless.add(step);
      } else {
        kept++;
      }
    }
    return needless;
  }

  private boolean isOfInterruption(long step) {
    try {
      return CheckpointState.isOfInterruption(folder.resolve(nameOf(step)));
    } catch (CofituneException e) {
      return false; // damaged: it counts as one of the schedule
    }
  }
}
