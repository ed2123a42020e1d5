package org.cofitune.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.store.FloatArray;
import org.cofitune.store.NpyFile;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportanceFolderTest {
  private static final ImportanceDescription DESCRIPTION =
      new ImportanceDescription(
          "abc", "general", "def", 0.003, Aggregation.ABS, 8, 42, 100, 5000, 1.25e-5);

  @TempDir Path temporary;
  private ModelConfig config;

  @BeforeEach
  void readConfig() {
    config = ModelConfigReader.read(TinyModel.llama().writeTo(temporary.resolve("model")));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    Importance written = new Importance(vectors(1), Optional.of(DESCRIPTION));
    Path folder = temporary.resolve("impt/general");
    ImportanceFolder.write(folder, written);
    Importance read = ImportanceFolder.read(folder, config, "abc", ModelCheck.SAME_MODEL);
    assertThat(read.description()).contains(DESCRIPTION);
    assertSameValues(read, written);
    assertThat(folder.resolve("head_impt.npy")).exists();
    assertThat(NpyFile.readFloats(folder.resolve("intermediate_impt.npy")).shape())
        .containsExactly(config.numHiddenLayers(), config.intermediateSize());
  }

  @Test
  void theAuthorsFilesSayNothingOfTheirModelAndAreRead() throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("impt/gsm"));
    Importance wanted = new Importance(vectors(2), Optional.empty());
    for (UnitKind kind : UnitKind.values()) {
      writeNpy(folder, kind, wanted, config.numHiddenLayers());
    }
    Importance read = ImportanceFolder.read(folder, config, "abc", ModelCheck.SAME_MODEL);
    assertThat(read.description()).isEmpty();
    assertSameValues(read, wanted);
  }

  @Test
  void anotherModelsImportanceIsRefusedUnlessItsShapeIsToSuffice() {
    Path folder = temporary.resolve("impt/general");
    Importance written = new Importance(vectors(1), Optional.of(DESCRIPTION));
    ImportanceFolder.write(folder, written);
    assertThatThrownBy(() -> ImportanceFolder.read(folder, config, "xyz", ModelCheck.SAME_MODEL))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("importance.json")
        .hasMessageContaining("xyz")
        .hasMessageContaining("abc");
    assertSameValues(ImportanceFolder.read(folder, config, "xyz", ModelCheck.SAME_SHAPE), written);
  }

  @Test
  void importanceOfAnotherShapeIsRefusedInAnyCase() {
    Path folder = temporary.resolve("impt/general");
    ImportanceFolder.write(folder, new Importance(vectors(1), Optional.empty()));
    ModelConfig fewer =
        ModelConfigReader.read(
            TinyModel.llama().withLayers(3).writeTo(temporary.resolve("smaller")));
    assertThatThrownBy(() -> ImportanceFolder.read(folder, fewer, "abc", ModelCheck.SAME_SHAPE))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("head_impt.npy")
        .hasMessageContaining("[3, 4]")
        .hasMessageContaining("[4, 4]");
  }

  @Test
  void valuesThatAreNotNumbersAreRefused() throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("impt/bad"));
    Importance nan =
        new Importance(
            new ImportanceVectors(vectors(1).raw().map(x -> Double.NaN)), Optional.empty());
    for (UnitKind kind : UnitKind.values()) {
      writeNpy(folder, kind, nan, config.numHiddenLayers());
    }
    assertThatThrownBy(() -> ImportanceFolder.read(folder, config, "a", ModelCheck.SAME_MODEL))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("not a number");
  }

  @Test
  void aFlippedBitIsFound() throws IOException {
    Path folder = temporary.resolve("impt/general");
    ImportanceFolder.write(folder, new Importance(vectors(1), Optional.of(DESCRIPTION)));
    Path file = folder.resolve("output_impt.npy");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 3] ^= 4;
    Files.write(file, bytes);
    assertThatThrownBy(() -> ImportanceFolder.read(folder, config, "abc", ModelCheck.SAME_MODEL))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("output_impt.npy");
  }

  @Test
  void aFieldThatIsMissingIsNamed() throws IOException {
    Path folder = temporary.resolve("impt/general");
    ImportanceFolder.write(folder, new Importance(vectors(1), Optional.of(DESCRIPTION)));
    Files.delete(folder.resolve("MANIFEST.json"));
    Path file = folder.resolve("importance.json");
    Files.writeString(file, Files.readString(file).replace("\"seed\"", "\"sead\""));
    assertThatThrownBy(() -> ImportanceFolder.read(folder, config, "abc", ModelCheck.SAME_MODEL))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("importance.json: seed");
  }

  @Test
  void severalCorporaCombineByTheMaximumOfTheirNormalisedValues() {
    ImportanceVectors one = vectors(1);
    ImportanceVectors other = vectors(2);
    Path directory = temporary.resolve("impt");
    ImportanceFolder.write(directory.resolve("a"), new Importance(one, Optional.empty()));
    ImportanceFolder.write(directory.resolve("b"), new Importance(other, Optional.empty()));
    double[] first = one.normalised().heads(1);
    double[] second = other.normalised().heads(1);
    double[] wanted = first.clone();
    Arrays.setAll(wanted, i -> Math.max(first[i], second[i]));
    assertThat(ImportanceFolder.readAll(directory, config, "abc", ModelCheck.SAME_MODEL).heads(1))
        .containsExactly(wanted);
    assertThat(
            ImportanceFolder.readAll(directory.resolve("a"), config, "abc", ModelCheck.SAME_MODEL)
                .heads(1))
        .containsExactly(first);
  }

  @Test
  void aDirectoryWithoutImportanceSaysHowToMeasureIt() throws IOException {
    Path directory = Files.createDirectories(temporary.resolve("impt"));
    assertThatThrownBy(
            () -> ImportanceFolder.readAll(directory, config, "abc", ModelCheck.SAME_MODEL))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("cofitune importance");
  }

  private static void writeNpy(Path folder, UnitKind kind, Importance from, int layers) {
    double[] wide = from.vectors().raw().flat(kind);
    float[] values = new float[wide.length];
    for (int i = 0; i < wide.length; i++) {
      values[i] = (float) wide[i];
    }
    NpyFile.write(
        folder.resolve(kind.fileName()), FloatArray.of(values, layers, wide.length / layers));
  }

  /** Random values that float32 holds exactly. */
  private ImportanceVectors vectors(long seed) {
    Random random = new Random(seed);
    Map<UnitKind, double[][]> values = new EnumMap<>(UnitKind.class);
    for (UnitKind kind : UnitKind.values()) {
      double[][] layers = new double[config.numHiddenLayers()][kind.units(config)];
      for (double[] layer : layers) {
        Arrays.setAll(layer, unit -> (float) random.nextGaussian());
      }
      values.put(kind, layers);
    }
    return new ImportanceVectors(new UnitValues(values));
  }

  private static void assertSameValues(Importance actual, Importance wanted) {
    for (UnitKind kind : UnitKind.values()) {
      assertThat(actual.vectors().raw().flat(kind))
          .containsExactly(wanted.vectors().raw().flat(kind));
    }
  }
}
