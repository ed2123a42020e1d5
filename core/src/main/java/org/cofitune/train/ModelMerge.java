package org.cofitune.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.CheckpointParameters;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.CheckpointWriter;
import org.cofitune.store.DiskFault;
import org.cofitune.store.DiskSpace;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.JsonText;
import org.cofitune.store.TensorSpec;

/**
 * Base and delta as one checkpoint that other tools load: weights under the base's names and types,
 * sharded where large, with configuration, tokenizer, chat template, generation settings, and a
 * model card. Tensors that were not trained are copied byte by byte.
 *
 * @param alpha 1 for the tuned model, 0 for the base, between for an interpolation of both
 * @param maxShardBytes how many bytes of tensors a file may hold
 */
public record ModelMerge(double alpha, long maxShardBytes) {
  private static final long SMALL_FILES_BYTES = 64L << 20;

  public ModelMerge {
    if (!Double.isFinite(alpha)) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible interpolation")
          .at("alpha")
          .expected("a number, usually 0 to 1")
          .found(alpha)
          .next("1 is the tuned model, 0 the base")
          .build();
    }
  }

  /** The tuned model, in shards of the usual size. */
  public static ModelMerge tuned() {
    return new ModelMerge(1, CheckpointWriter.DEFAULT_SHARD_BYTES);
  }

  /** The same with an interpolation between base and tuned. */
  public ModelMerge withAlpha(double newAlpha) {
    return new ModelMerge(newAlpha, maxShardBytes);
  }

  /**
   * Writes the merged model. An {@code Engine} must have been started.
   *
   * @param base folder of the base checkpoint
   * @param delta folder of the delta
   * @param out a folder that is not there yet, or empty
   * @throws CofituneException of kind FORMAT if the delta does not belong to the base, or either is
   *     damaged; of kind RECIPE if the folder is in use or the disk too small
   */
  public void write(Path base, Path delta, Path out) {
    try (Checkpoint checkpoint = Checkpoint.open(base);
        Delta tuned = Delta.open(delta)) {
      List<TensorSpec> specs = new ArrayList<>();
      checkpoint.tensorNames().forEach(name -> specs.add(checkpoint.entry(name).spec()));
      long bytes = specs.stream().mapToLong(TensorSpec::bytes).sum();
      DiskSpace.require(out, bytes + SMALL_FILES_BYTES, "the merged model");
      Map<String, String> parameterOf = changed(checkpoint, tuned, delta);
      tuned.requireBase(Fingerprint.ofCheckpoint(checkpoint), base);
      try (AtomicDirectory directory = AtomicDirectory.create(out)) {
        writeWeights(directory.path(), specs, checkpoint, tuned, parameterOf);
        writeCompanions(directory.path(), checkpoint, tuned);
        directory.commitWithManifest();
      }
    }
  }

  /** From the stored tensors that change to the parameters of the delta. */
  private static Map<String, String> changed(Checkpoint checkpoint, Delta tuned, Path folder) {
    ModelConfig config = ModelConfigReader.read(checkpoint.directory());
    Map<String, TensorSpec> stored = new LinkedHashMap<>();
    checkpoint.tensorNames().forEach(name -> stored.put(name, checkpoint.entry(name).spec()));
    Map<String, String> sources =
        CheckpointParameters.match(checkpoint.directory(), config, stored);
    Map<String, String> parameterOf = new HashMap<>();
    for (String name : tuned.names()) {
      String source = sources.get(name);
      if (source == null || !stored.get(source).shape().equals(tuned.spec(name).shape())) {
        List<Long> expected = source == null ? List.of() : stored.get(source).shape();
        throw Delta.misfit(folder, name, expected, tuned.spec(name).shape());
      }
      parameterOf.put(source, name);
      boolean storedTwice =
          config.tieWordEmbeddings()
              && name.equals(ParameterNames.EMBEDDING)
              && stored.containsKey(ParameterNames.OUTPUT);
      if (storedTwice) {
        parameterOf.put(ParameterNames.OUTPUT, name);
      }
    }
    return parameterOf;
  }

  private void writeWeights(
      Path folder,
      List<TensorSpec> specs,
      Checkpoint checkpoint,
      Delta tuned,
      Map<String, String> parameterOf) {
    try (CheckpointWriter writer = CheckpointWriter.create(folder, specs, maxShardBytes);
        NoGradGuard noGrad = new NoGradGuard()) {
      for (TensorSpec spec : specs) {
        String parameter = parameterOf.get(spec.name());
        if (parameter == null) {
          writer.copy(spec.name(), checkpoint);
          continue;
        }
        try (PointerScope scope = new PointerScope()) {
          Tensor base = checkpoint.tensor(spec.name());
          Tensor target = tuned.tensor(parameter).to(base.scalar_type());
          writer.write(spec.name(), Delta.between(base, target, alpha));
        }
      }
      writer.finish();
    }
  }

  private void writeCompanions(Path folder, Checkpoint checkpoint, Delta tuned) {
    List<Path> files = new ArrayList<>(checkpoint.companions());
    files.add(checkpoint.file(Checkpoint.CONFIG));
    for (Path file : files) {
      try {
        Files.copy(file, folder.resolve(file.getFileName()));
      } catch (IOException e) {
        throw DiskFault.writing(folder.resolve(file.getFileName()), e);
      }
    }
    AtomicFile.write(
        folder.resolve(DeltaDescription.NAME),
        JsonText.pretty(tuned.description().toJson().put("alpha", alpha)));
    AtomicFile.write(
        folder.resolve("README.md"), ModelCard.of(tuned.description(), tuned.names(), alpha));
  }
}
