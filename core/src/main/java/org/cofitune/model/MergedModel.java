package org.cofitune.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.CheckpointWriter;
import org.cofitune.store.DiskFault;
import org.cofitune.store.DiskSpace;
import org.cofitune.store.TensorSpec;

/**
 * Base and change written as one checkpoint that other tools load: {@code base + alpha * (tuned -
 * base)} for the changed tensors, the base's bytes for all others, its configuration, and the files
 * that travel with it.
 */
public final class MergedModel {
  private static final String MODEL_CARD = "README.md";

  private MergedModel() {}

  /**
   * Writes the merged checkpoint as a new directory.
   *
   * @param alpha 1 for the tuned model, 0 for the base, between them the interpolation (Wise-FT)
   * @param modelCard its README.md
   * @throws org.cofitune.error.CofituneException of kind FORMAT if the change has another base, of
   *     kind RECIPE if the directory is in use or the disk too small
   */
  public static void write(
      Checkpoint base, WeightChange change, double alpha, String modelCard, Path target) {
    Map<String, String> changed = changedTensors(base, change);
    change.requireWholeBase(base);
    List<TensorSpec> specs = new ArrayList<>();
    long bytes = 0;
    for (String stored : base.tensorNames()) {
      specs.add(base.entry(stored).spec());
      bytes += base.entry(stored).bytes();
    }
    DiskSpace.require(target, bytes, "the merged model");
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      Path folder = directory.path();
      try (CheckpointWriter writer =
          CheckpointWriter.create(folder, specs, CheckpointWriter.DEFAULT_SHARD_BYTES)) {
        for (TensorSpec spec : specs) {
          String name = changed.get(spec.name());
          if (name == null) {
            writer.copy(spec.name(), base);
          } else {
            try (PointerScope scope = new PointerScope()) {
              writer.write(spec.name(), change.changed(name, base.tensor(spec.name()), alpha));
            }
          }
        }
        writer.finish();
      }
      copy(base.file(Checkpoint.CONFIG), folder);
      base.companions().forEach(file -> copy(file, folder));
      AtomicFile.write(folder.resolve(MODEL_CARD), modelCard);
      directory.commitWithManifest();
    }
  }

  /** The stored tensors that training changed, with the parameter that each of them holds. */
  private static Map<String, String> changedTensors(Checkpoint base, WeightChange change) {
    ModelConfig config = ModelConfigReader.read(base.directory());
    Map<String, TensorSpec> stored = new TreeMap<>();
    base.tensorNames().forEach(name -> stored.put(name, base.entry(name).spec()));
    Map<String, String> sources = CheckpointParameters.match(base.directory(), config, stored);
    Map<String, String> changed = new TreeMap<>();
    for (String name : change.names()) {
      String source = sources.get(name);
      change.requireFit(name, source == null ? List.of() : stored.get(source).shape());
      changed.put(source, name);
      boolean outputToo =
          config.tieWordEmbeddings()
              && name.equals(ParameterNames.EMBEDDING)
              && stored.containsKey(ParameterNames.OUTPUT);
      if (outputToo) {
        changed.put(ParameterNames.OUTPUT, name);
      }
    }
    return changed;
  }

  private static void copy(Path file, Path folder) {
    try {
      Files.copy(file, folder.resolve(file.getFileName().toString()));
    } catch (IOException e) {
      throw DiskFault.writing(folder, e);
    }
  }
}
