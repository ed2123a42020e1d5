package org.cofitune.benchmarks;

import static org.bytedeco.pytorch.global.torch.ones;
import static org.bytedeco.pytorch.global.torch.randn;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.CheckpointWriter;
import org.cofitune.store.JsonText;
import org.cofitune.store.StoredType;
import org.cofitune.store.TensorSpec;

/**
 * Writes a checkpoint with random bfloat16 weights and the tokenizer of another one: what it says
 * means nothing, what training it costs is real. {@code benchmarks/random-model} starts it.
 */
public final class RandomCheckpoint {
  private static final double SPREAD = 0.02;
  private static final int VOCABULARY = 32_000;
  private static final int CONTEXT = 4096;

  /** Shapes of known models, by their size. */
  private static final Map<String, Shape> SHAPES =
      Map.of(
          "1b", new Shape(2048, 5632, 22, 32, 4),
          "3b", new Shape(3072, 8192, 28, 24, 8),
          "7b", new Shape(4096, 11_008, 32, 32, 32),
          "13b", new Shape(5120, 13_824, 40, 40, 40));

  private RandomCheckpoint() {}

  private record Shape(int hidden, int intermediate, int layers, int heads, int keyValueHeads) {
    ObjectNode config() {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.putArray("architectures").add("LlamaForCausalLM");
      return json.put("model_type", "llama")
          .put("vocab_size", VOCABULARY)
          .put("hidden_size", hidden)
          .put("intermediate_size", intermediate)
          .put("num_hidden_layers", layers)
          .put("num_attention_heads", heads)
          .put("num_key_value_heads", keyValueHeads)
          .put("max_position_embeddings", CONTEXT)
          .put("rms_norm_eps", 1e-5)
          .put("rope_theta", 10_000.0)
          .put("hidden_act", "silu")
          .put("tie_word_embeddings", false)
          .put("torch_dtype", "bfloat16");
    }
  }

  /** Arguments: the new folder, 1b, 3b, 7b, or 13b, and a checkpoint to take the tokenizer from. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3 || !SHAPES.containsKey(arguments[1])) {
      throw new IllegalArgumentException("DIR " + SHAPES.keySet() + " CHECKPOINT");
    }
    write(Path.of(arguments[0]), SHAPES.get(arguments[1]), Path.of(arguments[2]));
  }

  private static void write(Path target, Shape shape, Path tokenizer) throws IOException {
    Engine.start(EngineOptions.defaults().withDevice("cpu"));
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      Path folder = directory.path();
      AtomicFile.write(folder.resolve("config.json"), JsonText.pretty(shape.config()));
      try (Stream<Path> files = Files.list(tokenizer)) {
        for (Path file : files.filter(f -> f.getFileName().toString().contains("token")).toList()) {
          Files.copy(file, folder.resolve(file.getFileName().toString()));
        }
      }
      List<TensorSpec> specs = new ArrayList<>();
      ParameterNames.shapes(ModelConfigReader.read(folder))
          .forEach((name, sizes) -> specs.add(new TensorSpec(name, StoredType.BF16, sizes)));
      try (CheckpointWriter writer =
          CheckpointWriter.create(folder, specs, CheckpointWriter.DEFAULT_SHARD_BYTES)) {
        for (TensorSpec spec : specs) {
          try (PointerScope scope = new PointerScope()) {
            writer.write(spec.name(), values(spec.shape()));
          }
        }
        writer.finish();
      }
      directory.commitWithManifest();
    }
  }

  private static Tensor values(List<Long> shape) {
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    Tensor wide = sizes.length == 1 ? ones(sizes) : randn(sizes).mul_(new Scalar(SPREAD));
    return wide.to(ScalarType.BFloat16);
  }
}
