package org.cofitune.benchmarks;

import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.randn;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.model.AttentionConfig;
import org.cofitune.model.Decoder;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.model.Parameters;
import org.cofitune.model.RopeScaling;

/** A Llama with random weights in memory; what it says means nothing, what it costs is real. */
final class RandomLlama implements AutoCloseable {
  private static final double SPREAD = 0.02;

  private final Parameters parameters;
  private final Decoder decoder;

  private RandomLlama(ModelConfig config, Parameters parameters) {
    this.parameters = parameters;
    this.decoder = new Decoder(config, parameters);
  }

  /** A model of 24 million parameters: 8 layers, hidden 384, vocabulary 16,000. */
  static RandomLlama ofMillions24() {
    AttentionConfig attention = new AttentionConfig(6, 6, 64, false, false, false, 0, 0);
    return of(
        new ModelConfig(
            "llama",
            16_000,
            384,
            1024,
            8,
            attention,
            false,
            1e-5,
            10_000,
            new RopeScaling.None(),
            2048,
            true));
  }

  private static RandomLlama of(ModelConfig config) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu"));
    Map<String, List<Long>> shapes = ParameterNames.shapes(config);
    return new RandomLlama(
        config,
        Parameters.load(
            shapes.keySet(),
            name -> values(shapes.getOrDefault(name, List.of())),
            engine.device(),
            Precision.FLOAT32));
  }

  private static Tensor values(List<Long> shape) {
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    return sizes.length == 1 ? ones(sizes) : randn(sizes).mul_(new Scalar(SPREAD));
  }

  Decoder decoder() {
    return decoder;
  }

  @Override
  public void close() {
    decoder.close();
    parameters.close();
  }
}
