package org.cofitune.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.Parameters;
import org.cofitune.model.Projection;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LowRankAdaptersTest {
  private static final AdapterSettings SETTINGS = new AdapterSettings(3, 6, 0, false);
  private static final AdaptedModule UP = new AdaptedModule(1, Projection.UP_PROJ);
  private static final AdaptedModule KEY = new AdaptedModule(1, Projection.K_PROJ);

  @TempDir Path directory;
  private Path model;
  private ModelConfig config;

  @BeforeEach
  void writeModel() {
    model = TinyModel.llama().withLayers(2).writeTo(directory.resolve("model"));
    config = ModelConfigReader.read(model);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT64, 1e-10, all", "FLOAT32, 2e-5, all", "FLOAT64, 1e-10, 1:q_proj,down_proj"})
  void mergingGivesTheLogitsOfRunningBeside(Precision precision, double bound, String region) {
    try (Parameters parameters = TinyAdapters.parameters(model, precision);
        LowRankAdapters adapters = TinyAdapters.random(config, parameters, region, SETTINGS)) {
      double[] base = logits(parameters, new LowRankAdapters(Map.of()));
      double[] beside = logits(parameters, adapters);
      adapters.mergeInto(parameters);

      double[] merged = logits(parameters, new LowRankAdapters(Map.of()));

      assertThat(difference(merged, beside)).isLessThan(bound);
      assertThat(difference(merged, base)).isGreaterThan(0.1);
    }
  }

  private static double difference(double[] one, double[] other) {
    assertThat(one).hasSameSizeAs(other);
    return IntStream.range(0, one.length)
        .mapToDouble(i -> Math.abs(one[i] - other[i]))
        .max()
        .orElseThrow();
  }

  @Test
  void adaptersThatBeginChangeNoBit() {
    try (Parameters parameters = TinyAdapters.parameters(model, Precision.FLOAT32);
        LowRankAdapters adapters =
            LowRankAdapters.initial(config, parameters, AdaptedModule.all(config), SETTINGS, 1)) {
      assertThat(logits(parameters, adapters))
          .isEqualTo(logits(parameters, new LowRankAdapters(Map.of())));
    }
  }

  private double[] logits(Parameters parameters, LowRankAdapters adapters) {
    try (Decoder decoder =
        new Decoder(
            config,
            parameters,
            adapters.beside(Decoder.plainProjections(config, parameters), AdapterDropout.NONE))) {
      return TinyAdapters.logits(decoder);
    }
  }

  @Test
  void aBeginsUniformWithinOneOverTheRootOfItsColumnsAndBAtZero() {
    AdapterSettings wide = new AdapterSettings(30, 6, 0, false);
    try (Parameters parameters = TinyAdapters.parameters(model, Precision.FLOAT64);
        LowRankAdapters adapters =
            LowRankAdapters.initial(config, parameters, List.of(UP), wide, 1)) {
      double[] a = HostTensors.toDoubles(adapters.pairs().get(UP).a());
      double bound = 1 / Math.sqrt(32);
      assertThat(a).hasSize(30 * 32);
      assertThat(Arrays.stream(a).map(Math::abs).max().orElseThrow())
          .isBetween(0.99 * bound, bound);
      double variance = Arrays.stream(a).map(x -> x * x).average().orElseThrow();
      assertThat(variance).isCloseTo(bound * bound / 3, within(0.1 * bound * bound / 3));
      assertThat(HostTensors.toDoubles(adapters.pairs().get(UP).b()))
          .containsOnly(0)
          .hasSize(64 * 30);
    }
  }

  @Test
  void whatAModuleBeginsWithDependsOnNoOtherModule() {
    try (Parameters parameters = TinyAdapters.parameters(model, Precision.FLOAT32)) {
      double[] alone = begun(parameters, List.of(UP), 1);
      assertThat(begun(parameters, List.of(UP, KEY), 1)).isEqualTo(alone);
      assertThat(begun(parameters, List.of(KEY, UP), 1)).isEqualTo(alone);
      assertThat(begun(parameters, List.of(UP), 2)).isNotEqualTo(alone);
    }
  }

  private double[] begun(Parameters parameters, List<AdaptedModule> modules, long seed) {
    try (LowRankAdapters adapters =
        LowRankAdapters.initial(config, parameters, modules, SETTINGS, seed)) {
      return HostTensors.toDoubles(adapters.pairs().get(UP).a());
    }
  }

  @Test
  void rankStabilisedAdaptersDivideByTheRootOfTheRank() {
    assertThat(new AdapterSettings(16, 8, 0, false).scale()).isEqualTo(0.5);
    assertThat(new AdapterSettings(16, 8, 0, true).scale()).isEqualTo(2);
  }

  /** {@code y = W x + s B A (m * x)}, loss {@code sum(c * y)}, all with loops. */
  @Test
  void forwardAndGradientsAreThoseOfExplicitMatrices() {
    int tokens = 4;
    try (Parameters parameters = TinyAdapters.parameters(model, Precision.FLOAT64);
        LowRankAdapters adapters = TinyAdapters.random(config, parameters, "1:up_proj", SETTINGS);
        PointerScope scope = new PointerScope()) {
      LowRankPair pair = adapters.pairs().get(UP);
      double[][] weight = matrix(parameters.held(UP.weight()), 64, 32);
      double[][] a = matrix(pair.a(), 3, 32);
      double[][] b = matrix(pair.b(), 64, 3);
      double[][] x = made(tokens, 32, 1);
      double[][] mask = made(tokens, 32, 2);
      double[][] c = made(tokens, 64, 3);
      double[][] dropped = product(x, mask);
      Tensor input = tensor(x).requires_grad_(true);

      Tensor output =
          adapters
              .beside(
                  Decoder.plainProjections(config, parameters),
                  (module, whole) -> whole.mul(tensor(mask)))
              .apply(1, Projection.UP_PROJ, input);
      output.mul(tensor(c)).sum().backward();

      double[][] low = times(dropped, transposed(a));
      double scale = 6.0 / 3;
      assertClose(output, sum(times(x, transposed(weight)), times(low, transposed(b)), scale));
      double[][] gradientLow = scaled(times(c, b), scale);
      assertClose(gradient(pair.b()), scaled(times(transposed(c), low), scale));
      assertClose(gradient(pair.a()), times(transposed(gradientLow), dropped));
      assertClose(gradient(input), sum(times(c, weight), product(times(gradientLow, a), mask), 1));
      assertThat(parameters.held(UP.weight()).requires_grad()).isFalse();
    }
  }

  private static Tensor gradient(Tensor leaf) {
    return new Tensor(leaf.grad());
  }

  private static void assertClose(Tensor found, double[][] expected) {
    double[] flat = Arrays.stream(expected).flatMapToDouble(Arrays::stream).toArray();
    assertThat(HostTensors.toDoubles(found)).containsExactly(flat, within(1e-12));
  }

  private static Tensor tensor(double[][] rows) {
    double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return HostTensors.ofDoubles(flat, rows.length, rows[0].length);
  }

  private static double[][] matrix(Tensor tensor, int rows, int columns) {
    double[] flat = HostTensors.toDoubles(tensor);
    double[][] matrix = new double[rows][];
    for (int i = 0; i < rows; i++) {
      matrix[i] = Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
    }
    return matrix;
  }

  private static double[][] made(int rows, int columns, int seed) {
    Random random = new Random(seed);
    double[][] matrix = new double[rows][];
    for (int i = 0; i < rows; i++) {
      matrix[i] = random.doubles(columns, -1, 1).toArray();
    }
    return matrix;
  }

  private static double[][] times(double[][] left, double[][] right) {
    double[][] result = new double[left.length][right[0].length];
    for (int i = 0; i < left.length; i++) {
      for (int j = 0; j < right[0].length; j++) {
        for (int k = 0; k < right.length; k++) {
          result[i][j] += left[i][k] * right[k][j];
        }
      }
    }
    return result;
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] result = new double[matrix[0].length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix[0].length; j++) {
        result[j][i] = matrix[i][j];
      }
    }
    return result;
  }

  private static double[][] product(double[][] one, double[][] other) {
    double[][] result = new double[one.length][one[0].length];
    for (int i = 0; i < one.length; i++) {
      for (int j = 0; j < one[0].length; j++) {
        result[i][j] = one[i][j] * other[i][j];
      }
    }
    return result;
  }

  private static double[][] sum(double[][] one, double[][] other, double factor) {
    double[][] result = new double[one.length][one[0].length];
    for (int i = 0; i < one.length; i++) {
      for (int j = 0; j < one[0].length; j++) {
        result[i][j] = one[i][j] + factor * other[i][j];
      }
    }
    return result;
  }

  private static double[][] scaled(double[][] matrix, double factor) {
    return sum(new double[matrix.length][matrix[0].length], matrix, factor);
  }
}
