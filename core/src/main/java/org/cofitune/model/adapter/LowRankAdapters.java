package org.cofitune.model.adapter;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Parameters;
import org.cofitune.model.ProjectionFunction;
import org.cofitune.store.Fingerprint;

/**
 * Low-rank adapters of some projections, beside a model whose weights they leave alone.
 *
 * <pre>{@code
 * try (Decoder adapted =
 *     new Decoder(
 *         config,
 *         parameters,
 *         adapters.beside(Decoder.plainProjections(config, parameters), AdapterDropout.NONE))) {
 *   ...
 * }
 * }</pre>
 *
 * Owns its tensors: {@link #close} frees them.
 */
public final class LowRankAdapters implements AutoCloseable {
  private static final int HEX_DIGITS_OF_A_SEED = 16;
  private static final int HEX = 16;

  private final Map<AdaptedModule, LowRankPair> pairs;

  /** Takes over pairs that no scope owns. */
  LowRankAdapters(Map<AdaptedModule, LowRankPair> pairs) {
    this.pairs = new TreeMap<>(pairs);
  }

  /**
   * Trainable adapters as peft begins them: A uniform in {@code ±1/sqrt(columns)}, which is
   * Kaiming's with a = sqrt(5), B zero, so that they change nothing yet. What a module's A holds
   * depends on the seed and the module alone.
   *
   * @param parameters give device and number type
   */
  public static LowRankAdapters initial(
      ModelConfig config,
      Parameters parameters,
      Collection<AdaptedModule> modules,
      AdapterSettings settings,
      long seed) {
    ScalarType type = parameters.precision().master().scalarType();
    Map<AdaptedModule, LowRankPair> pairs = new TreeMap<>();
    for (AdaptedModule module : modules) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        int columns = config.columns(module.projection());
        Tensor a =
            HostTensors.ofFloats(drawn(module, settings.rank(), columns, seed))
                .view(settings.rank(), columns)
                .to(parameters.device(), type);
        Tensor b =
            torch.zeros(
                new long[] {config.rows(module.projection()), settings.rank()},
                torch.dtype(type).device(new DeviceOptional(parameters.device())));
        pairs.put(module, new LowRankPair(trainable(a), trainable(b), settings.scale()));
      }
    }
    return new LowRankAdapters(pairs);
  }

  private static Tensor trainable(Tensor tensor) {
    tensor.requires_grad_(true);
    return tensor.retainReference();
  }

  private static float[] drawn(AdaptedModule module, int rank, int columns, long seed) {
    String digits = Fingerprint.ofText(seed + " " + module.keyOfA()).sha256();
    SplittableRandom random =
        new SplittableRandom(
            Long.parseUnsignedLong(digits.substring(0, HEX_DIGITS_OF_A_SEED), HEX));
    double bound = 1 / Math.sqrt(columns);
    float[] values = new float[Math.multiplyExact(rank, columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
    return values;
  }

  /** By module, in the order of the forward pass. */
  public Map<AdaptedModule, LowRankPair> pairs() {
    return Collections.unmodifiableMap(pairs);
  }

  /** Projections {@code W x + scale * B A drop(x)} where there is an adapter, else plain. */
  public ProjectionFunction beside(ProjectionFunction plain, AdapterDropout dropout) {
    return (layer, projection, input) -> {
      Tensor output = plain.apply(layer, projection, input);
      AdaptedModule module = new AdaptedModule(layer, projection);
      LowRankPair pair = pairs.get(module);
      return pair == null ? output : output.add_(pair.output(dropout.drop(module, input)));
    };
  }

  /** Adds the change to the weights, which keep their types; the adapters stay as they are. */
  public void mergeInto(Parameters parameters) {
    pairs.forEach(
        (module, pair) -> {
          try (PointerScope scope = new PointerScope();
              NoGradGuard noGrad = new NoGradGuard()) {
            String name = module.weight();
            parameters.assign(name, pair.addedTo(parameters.trained(name), 1));
          }
        });
  }

  @Override
  public void close() {
    pairs.values().forEach(LowRankPair::close);
    pairs.clear();
  }
}
