package org.cofitune.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.store.CheckpointWriter;
import org.cofitune.store.StoredType;
import org.cofitune.store.TensorSpec;

/**
 * The weights of a model that has learned nothing yet, as Hugging Face's {@code _init_weights} of
 * this family draws them: matrices from a normal distribution around 0, norms one, biases zero. The
 * same configuration and seed give the same bytes on every machine.
 *
 * <pre>{@code
 * FreshWeights.write(folder, 0.02, 1); // beside folder/config.json
 * }</pre>
 */
public final class FreshWeights {
  private FreshWeights() {}

  /**
   * Writes {@code model.safetensors} in bfloat16 into a folder that has a {@code config.json}.
   *
   * @param spread standard deviation of a matrix's numbers: {@code initializer_range}
   * @param seed of what is drawn
   * @throws org.cofitune.error.CofituneException of kind FORMAT if the configuration is not one of
   *     the LLaMA family, of kind TRAINING if the disk refuses
   */
  public static void write(Path folder, double spread, long seed) {
    Map<String, List<Long>> shapes = ParameterNames.shapes(ModelConfigReader.read(folder));
    List<TensorSpec> specs =
        shapes.entrySet().stream()
            .map(shape -> new TensorSpec(shape.getKey(), StoredType.BF16, shape.getValue()))
            .toList();
    Random random = new Random(seed);
    try (CheckpointWriter writer =
        CheckpointWriter.create(folder, specs, CheckpointWriter.DEFAULT_SHARD_BYTES)) {
      for (TensorSpec spec : specs) {
        float[] values = values(spec, spread, random);
        long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
        try (PointerScope scope = new PointerScope()) {
          Tensor exact = HostTensors.ofFloats(values, shape);
          writer.write(spec.name(), exact.to(ScalarType.BFloat16));
        }
      }
      writer.finish();
    }
  }

  private static float[] values(TensorSpec spec, double spread, Random random) {
    float[] values = new float[Math.toIntExact(ParameterNames.elements(spec.shape()))];
    boolean matrix = spec.shape().size() > 1;
    float constant = spec.name().endsWith(".bias") ? 0 : 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = matrix ? (float) (spread * random.nextGaussian()) : constant;
    }
    return values;
  }
}
