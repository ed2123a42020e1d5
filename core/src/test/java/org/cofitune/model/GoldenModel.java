package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.store.MappedTensors;
import org.cofitune.store.TensorSpec;

/** A golden model: its checkpoint, inputs, and the numbers that PyTorch computed in float64. */
public final class GoldenModel implements AutoCloseable {
  /** {@code benchmarks/gpu} names another. */
  private static final String DEVICE = System.getProperty("cofitune.test.device", "cpu");

  private static final EngineOptions OPTIONS =
      EngineOptions.defaults().withDevice(DEVICE).withThreads(1);

  private static final double FLOAT64_TOLERANCE = 1e-10;
  private static final double FLOAT32_TOLERANCE = 2e-5;
  private static final double GPU_FLOAT32_TOLERANCE = 1e-4;
  private static final double ISOLATED_TOLERANCE = 5e-4;

  private final ModelConfig config;
  private final MappedTensors inputs;
  private final MappedTensors expected;
  private final MappedTensors weights;
  private final Map<String, String> sources;
  private final Precision precision;

  private GoldenModel(Path folder, String weightsFile, Precision precision) {
    this.config = ModelConfigReader.read(folder);
    this.inputs = MappedTensors.open(folder.resolve("inputs.safetensors"));
    this.expected = MappedTensors.open(folder.resolve("expected_f64.safetensors"));
    this.weights = MappedTensors.open(folder.resolve(weightsFile));
    this.precision = precision;
    Map<String, TensorSpec> stored = new LinkedHashMap<>();
    weights.header().entries().forEach(e -> stored.put(e.name(), e.spec()));
    this.sources = CheckpointParameters.match(folder, config, stored);
  }

  /** Opens a golden folder with its float32 weights. */
  public static GoldenModel open(Path folder, Precision precision) {
    return open(folder, "model.safetensors", precision);
  }

  static GoldenModel open(Path folder, String weightsFile, Precision precision) {
    Engine.start(OPTIONS);
    return new GoldenModel(folder, weightsFile, precision);
  }

  public ModelConfig config() {
    return config;
  }

  /** The parameters, freshly read. */
  public Parameters parameters() {
    Engine engine = Engine.start(OPTIONS);
    return Parameters.load(
        sources.keySet(), name -> weights.get(sources.get(name)), engine.device(), precision);
  }

  /** A right-padded batch as it was given to PyTorch. */
  public GoldenBatch batch(int k, String labels) {
    String prefix = "batch" + k + ".";
    long[] lengths = HostTensors.toLongs(inputs.get(prefix + "len"));
    Tensor ids = inputs.get(prefix + "ids");
    return new GoldenBatch(
        IntStream.range(0, lengths.length).map(r -> Math.toIntExact(lengths[r])).toArray(),
        Math.toIntExact(ids.size(1)),
        HostTensors.toLongs(ids),
        HostTensors.toLongs(inputs.get(prefix + labels)));
  }

  /** An input tensor, for example {@code batch0.pass1.keep_attn}. */
  public Tensor input(String name) {
    return inputs.get(name).to(Engine.start(OPTIONS).device(), inputs.get(name).scalar_type());
  }

  public boolean expects(String name) {
    return expected.header().entries().stream().anyMatch(e -> e.name().equals(name));
  }

  /** Values expected, in row-major order. */
  public double[] expected(String name) {
    try (PointerScope scope = new PointerScope()) {
      return HostTensors.toDoubles(expected.get(name));
    }
  }

  /**
   * Asserts agreement relative to the largest expected value, in the tolerance of the precision.
   */
  public void assertAgrees(String name, double[] actual) {
    assertAgrees(name, expected(name), actual);
  }

  public void assertAgrees(String name, double[] wanted, double[] actual) {
    double narrow = DEVICE.equals("cpu") ? FLOAT32_TOLERANCE : GPU_FLOAT32_TOLERANCE;
    double tolerance = precision == Precision.FLOAT64 ? FLOAT64_TOLERANCE : narrow;
    assertThat(actual).as(name).hasSameSizeAs(wanted);
    double largest = 0;
    double furthest = 0;
    for (int i = 0; i < wanted.length; i++) {
      largest = Math.max(largest, Math.abs(wanted[i]));
      double distance = Math.abs(wanted[i] - actual[i]);
      furthest = Double.isNaN(distance) ? Double.NaN : Math.max(furthest, distance);
    }
    assertThat(furthest / Math.max(largest, Double.MIN_NORMAL))
        .as("%s in %s: largest deviation over largest value", name, precision)
        .isLessThanOrEqualTo(tolerance);
  }

  /**
   * Asserts agreement of weights after optimizer steps. In float32, one element in a thousand may
   * be further off: where a gradient is zero but for rounding, AdamW makes of that rounding a move
   * of up to the learning rate. PyTorch in float32 differs from the same numbers in as many places
   * and by as much (up to 2.4e-4 of the largest value).
   */
  public void assertTrainedWeightsAgree(String name, double[] actual) {
    if (precision == Precision.FLOAT64) {
      assertAgrees(name, actual);
      return;
    }
    double[] wanted = expected(name);
    assertThat(actual).as(name).hasSameSizeAs(wanted).doesNotContain(Double.NaN);
    double largest = Arrays.stream(wanted).map(Math::abs).max().orElseThrow();
    double[] deviations =
        IntStream.range(0, wanted.length)
            .mapToDouble(i -> Math.abs(wanted[i] - actual[i]) / largest)
            .sorted()
            .toArray();
    int exceptions = Math.max(1, wanted.length / 1000);
    assertThat(deviations[deviations.length - 1 - exceptions])
        .as("%s in %s: largest deviation but for isolated elements", name, precision)
        .isLessThanOrEqualTo(FLOAT32_TOLERANCE);
    assertThat(deviations[deviations.length - 1])
        .as("%s in %s: largest deviation of an isolated element", name, precision)
        .isLessThanOrEqualTo(ISOLATED_TOLERANCE);
  }

  @Override
  public void close() {
    inputs.close();
    expected.close();
    weights.close();
  }
}
