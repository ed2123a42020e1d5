package org.cofitune.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.MappedTensors;
import org.cofitune.store.StoredType;
import org.cofitune.store.TensorSpec;

/**
 * A checkpoint folder opened as a model: configuration, parameters mapped from the files without a
 * copy, decoder.
 *
 * <pre>{@code
 * Engine engine = Engine.start(EngineOptions.defaults());
 * try (LoadedModel model = LoadedModel.open(Path.of("SmolLM2-135M"), engine)) {
 *   Decoder decoder = model.decoder();
 * }
 * }</pre>
 *
 * Owns decoder and parameters: {@link #close} frees them.
 */
public final class LoadedModel implements AutoCloseable {
  private static final FrozenHolding RESIDENT = FrozenHolding.RESIDENT;

  private final Path directory;
  private final Parameters parameters;
  private final Decoder decoder;

  private LoadedModel(Path directory, ModelConfig config, Parameters parameters) {
    this.directory = directory;
    this.parameters = parameters;
    this.decoder = new Decoder(config, parameters);
  }

  /**
   * Opens a checkpoint and computes in the precision that suits its weights: float32 for those
   * stored in float32, and for 16-bit ones what {@link Engine#fastestForBfloat16} measures.
   *
   * @throws CofituneException of kind FORMAT if the folder is no sound checkpoint of a known family
   */
  public static LoadedModel open(Path directory, Engine engine) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      return load(
          checkpoint, engine, precisionFor(checkpoint, engine), ProcessGroup.alone(), RESIDENT);
    }
  }

  /**
   * Opens a checkpoint and computes in a given precision.
   *
   * @throws CofituneException of kind FORMAT if the folder is no sound checkpoint of a known family
   */
  public static LoadedModel open(Path directory, Engine engine, Precision precision) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      return load(checkpoint, engine, precision, ProcessGroup.alone(), RESIDENT);
    }
  }

  /**
   * Opens a checkpoint in each of several processes, all of which compute in one precision.
   *
   * @param precision wanted; empty for what the first process finds to suit the weights
   * @throws CofituneException of kind FORMAT if the folder is no sound checkpoint of a known family
   */
  public static LoadedModel open(
      Path directory, Engine engine, Optional<Precision> precision, ProcessGroup group) {
    return open(directory, engine, precision, group, RESIDENT);
  }

  /** As the other, for a training that holds frozen matrices in another way. */
  public static LoadedModel open(
      Path directory,
      Engine engine,
      Optional<Precision> precision,
      ProcessGroup group,
      FrozenHolding holding) {
    if (!group.isFirst()) {
      Precision first = Precision.valueOf(group.textOf(0, ""));
      return loaded(directory, engine, Optional.of(first), group, holding);
    }
    LoadedModel model = loaded(directory, engine, precision, group, holding);
    group.textOf(0, model.parameters().precision().name());
    return model;
  }

  /**
   * Opens a checkpoint for a training that holds frozen matrices in another way.
   *
   * @param precision to compute in; empty for what suits the weights
   * @throws CofituneException of kind FORMAT if the folder is no sound checkpoint of a known family
   */
  public static LoadedModel open(
      Path directory, Engine engine, Optional<Precision> precision, FrozenHolding holding) {
    return loaded(directory, engine, precision, ProcessGroup.alone(), holding);
  }

  private static LoadedModel loaded(
      Path directory,
      Engine engine,
      Optional<Precision> precision,
      ProcessGroup group,
      FrozenHolding holding) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      return load(
          checkpoint,
          engine,
          precision.orElseGet(() -> precisionFor(checkpoint, engine)),
          group,
          holding.among(group.size()));
    }
  }

  private static LoadedModel load(
      Checkpoint checkpoint,
      Engine engine,
      Precision precision,
      ProcessGroup group,
      FrozenHolding holding) {
    Path directory = checkpoint.directory();
    ModelConfig config = ModelConfigReader.read(directory);
    Map<String, String> sources = CheckpointParameters.match(directory, config, checkpoint.specs());
    Parameters parameters =
        Parameters.load(
            sources.keySet(),
            name -> tensor(checkpoint, sources.get(name), holding),
            engine.device(),
            precision,
            group,
            holding);
    return new LoadedModel(directory, config, parameters);
  }

  /** Mapped together with all others, or alone, so that its pages leave memory with it. */
  private static Tensor tensor(Checkpoint checkpoint, String name, FrozenHolding holding) {
    if (!holding.isSpecial()) {
      return checkpoint.tensor(name);
    }
    try (MappedTensors alone = MappedTensors.open(checkpoint.header(name))) {
      return alone.get(name);
    }
  }

  /** What most of the weights are stored in decides; norms often are wider than the matrices. */
  private static Precision precisionFor(Checkpoint checkpoint, Engine engine) {
    long wide = 0;
    long narrow = 0;
    for (TensorSpec spec : checkpoint.specs().values()) {
      long elements = spec.bytes() / spec.type().byteSize();
      if (spec.type() == StoredType.BF16 || spec.type() == StoredType.F16) {
        narrow += elements;
      } else {
        wide += elements;
      }
    }
    return narrow > wide ? engine.fastestForBfloat16() : Precision.FLOAT32;
  }

  /** The folder, as it was named when it was opened. */
  public Path directory() {
    return directory;
  }

  public ModelConfig config() {
    return decoder.config();
  }

  public Parameters parameters() {
    return parameters;
  }

  public Decoder decoder() {
    return decoder;
  }

  @Override
  public void close() {
    decoder.close();
    parameters.close();
  }
}
