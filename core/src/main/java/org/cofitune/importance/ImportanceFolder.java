package org.cofitune.importance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.DiskFault;
import org.cofitune.store.DoubleArray;
import org.cofitune.store.FloatArray;
import org.cofitune.store.JsonText;
import org.cofitune.store.Manifest;
import org.cofitune.store.NpyFile;

/**
 * Importance on disk, one folder per corpus, in the authors' layout: {@code head_impt.npy [layers,
 * heads]}, {@code intermediate_impt.npy [layers, neurons]}, {@code output_impt.npy [layers,
 * hidden]}, raw values in float32. Ours have {@value ImportanceDescription#FILE} beside them;
 * without it the shapes alone are checked.
 */
public final class ImportanceFolder {
  private ImportanceFolder() {}

  /**
   * Writes a folder, complete or not at all.
   *
   * @param folder new or empty
   */
  public static void write(Path folder, Importance importance) {
    try (AtomicDirectory directory = AtomicDirectory.create(folder)) {
      write(directory, importance);
    }
  }

  static void write(AtomicDirectory directory, Importance importance) {
    UnitValues raw = importance.vectors().raw();
    for (UnitKind kind : UnitKind.values()) {
      double[] wide = raw.flat(kind);
      float[] values = new float[wide.length];
      for (int i = 0; i < wide.length; i++) {
        values[i] = (float) wide[i];
      }
      NpyFile.write(
          directory.path().resolve(kind.fileName()),
          FloatArray.of(values, raw.layers(), raw.units(kind)));
    }
    importance
        .description()
        .ifPresent(
            description ->
                AtomicFile.write(
                    directory.path().resolve(ImportanceDescription.FILE),
                    JsonText.pretty(description.toJson())));
    directory.commitWithManifest();
  }

  /**
   * Reads a folder.
   *
   * @param modelFingerprint of the model that it is to be used for
   * @param check whether another model of the same shape will do
   * @throws CofituneException of kind FORMAT if a file is missing, damaged, not finite, or of
   *     another shape; of kind RECIPE if it was measured on another model
   */
  public static Importance read(
      Path folder, ModelConfig config, String modelFingerprint, ModelCheck check) {
    if (Files.exists(folder.resolve(Manifest.NAME))) {
      Manifest.verify(folder);
    }
    Path descriptionFile = folder.resolve(ImportanceDescription.FILE);
    Optional<ImportanceDescription> description =
        Files.exists(descriptionFile)
            ? Optional.of(ImportanceDescription.read(descriptionFile))
            : Optional.empty();
    if (check == ModelCheck.SAME_MODEL) {
      description.ifPresent(d -> requireSameModel(descriptionFile, d, modelFingerprint));
    }
    Map<UnitKind, double[][]> values = new EnumMap<>(UnitKind.class);
    for (UnitKind kind : UnitKind.values()) {
      values.put(kind, readVectors(folder.resolve(kind.fileName()), kind, config));
    }
    return new Importance(new ImportanceVectors(new UnitValues(values)), description);
  }

  /**
   * Reads every corpus of a directory and combines them by maximum. A directory that itself holds
   * the files counts as one corpus.
   *
   * @throws CofituneException as {@link #read}; of kind RECIPE if there is no corpus
   */
  public static UnitImportance readAll(
      Path directory, ModelConfig config, String modelFingerprint, ModelCheck check) {
    return UnitImportance.maximum(
        corpora(directory).stream()
            .map(folder -> read(folder, config, modelFingerprint, check).vectors().normalised())
            .toList());
  }

  /**
   * The folders of a directory that hold importance, by name; the directory alone if it holds the
   * files itself.
   *
   * @throws CofituneException of kind RECIPE if there is none
   */
  public static List<Path> corpora(Path directory) {
    List<Path> folders = isFolder(directory) ? List.of(directory) : foldersIn(directory);
    if (folders.isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "no importance there")
          .at(directory)
          .expected("folders with " + UnitKind.HEAD.fileName())
          .found(Files.isDirectory(directory) ? "none" : "no such directory")
          .next("measure it with: cofitune importance")
          .build();
    }
    return folders;
  }

  private static List<Path> foldersIn(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .filter(ImportanceFolder::isFolder)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw DiskFault.reading(directory, e);
    }
  }

  /** Whether a folder holds the importance of one corpus. */
  public static boolean isFolder(Path folder) {
    return Files.isRegularFile(folder.resolve(UnitKind.HEAD.fileName()));
  }

  private static void requireSameModel(
      Path file, ImportanceDescription description, String modelFingerprint) {
    if (!description.modelFingerprint().equals(modelFingerprint)) {
      throw CofituneException.of(ErrorKind.RECIPE, "importance was measured on another model")
          .at(file)
          .expected("model " + modelFingerprint)
          .found(description.modelFingerprint())
          .next("measure it on this model, or set soft_mask.allow_other_model: true")
          .build();
    }
  }

  private static double[][] readVectors(Path file, UnitKind kind, ModelConfig config) {
    DoubleArray array = NpyFile.readDoubles(file);
    List<Integer> shape = List.of(config.numHiddenLayers(), kind.units(config));
    if (!array.shape().equals(shape)) {
      throw refused(file, "importance of a model of another shape", shape, array.shape())
          .next("give importance that was measured on this model")
          .build();
    }
    if (!Arrays.stream(array.values()).allMatch(Double::isFinite)) {
      throw refused(file, "importance is not a number", "finite values", "NaN or infinity")
          .next("measure it again")
          .build();
    }
    double[][] layers = new double[shape.get(0)][];
    int units = shape.get(1);
    Arrays.setAll(
        layers, layer -> Arrays.copyOfRange(array.values(), layer * units, (layer + 1) * units));
    return layers;
  }

  private static CofituneException.Builder refused(
      Path file, String what, Object expected, Object found) {
    return CofituneException.of(ErrorKind.FORMAT, what).at(file).expected(expected).found(found);
  }
}
