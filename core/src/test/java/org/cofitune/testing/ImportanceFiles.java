package org.cofitune.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntBinaryOperator;
import org.cofitune.importance.UnitKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.store.FloatArray;
import org.cofitune.store.NpyFile;

/** Importance in the authors' layout, made up. */
public final class ImportanceFiles {
  private ImportanceFiles() {}

  /**
   * Writes a folder for a model.
   *
   * @param raw from layer and unit
   */
  public static Path write(Path folder, Path model, IntBinaryOperator raw) {
    ModelConfig config = ModelConfigReader.read(model);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (UnitKind kind : UnitKind.values()) {
      int units = kind.units(config);
      float[] values = new float[config.numHiddenLayers() * units];
      for (int i = 0; i < values.length; i++) {
        values[i] = raw.applyAsInt(i / units, i % units);
      }
      NpyFile.write(
          folder.resolve(kind.fileName()), FloatArray.of(values, config.numHiddenLayers(), units));
    }
    return folder;
  }
}
