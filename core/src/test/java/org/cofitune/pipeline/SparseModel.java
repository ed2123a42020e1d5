package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;

/**
 * A checkpoint of bfloat16 weights whose file is a hole behind its header, as large as it says and
 * without a block on the disk: enough for what reads headers alone.
 */
final class SparseModel {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BYTES = 2;

  private SparseModel() {}

  /** LLaMA-2 13B. */
  static Path of13B(Path folder) throws IOException {
    return write(folder, new Shape(32000, 5120, 40, 13824, 40));
  }

  /** The 33B of the first LLaMA. */
  static Path of33B(Path folder) throws IOException {
    return write(folder, new Shape(32000, 6656, 60, 17920, 52));
  }

  /** What a configuration says of its sizes. */
  record Shape(int vocabulary, int hidden, int layers, int intermediate, int heads) {}

  /** Of any size; read, all its weights are zero. */
  static Path write(Path folder, Shape shape) throws IOException {
    Files.createDirectories(folder);
    ObjectNode config =
        JSON.createObjectNode()
            .put("model_type", "llama")
            .put("vocab_size", shape.vocabulary())
            .put("hidden_size", shape.hidden())
            .put("intermediate_size", shape.intermediate())
            .put("num_hidden_layers", shape.layers())
            .put("num_attention_heads", shape.heads())
            .put("num_key_value_heads", shape.heads())
            .put("max_position_embeddings", 4096)
            .put("rms_norm_eps", 1e-5)
            .put("hidden_act", "silu")
            .put("tie_word_embeddings", false)
            .put("torch_dtype", "bfloat16");
    Files.write(folder.resolve("config.json"), JSON.writeValueAsBytes(config));
    ObjectNode header = JSON.createObjectNode();
    long end = 0;
    for (Map.Entry<String, List<Long>> parameter :
        ParameterNames.shapes(ModelConfigReader.read(folder)).entrySet()) {
      ObjectNode entry = header.putObject(parameter.getKey()).put("dtype", "BF16");
      parameter.getValue().forEach(size -> entry.withArray("shape").add(size));
      entry.withArray("data_offsets").add(end);
      end += ParameterNames.elements(parameter.getValue()) * BYTES;
      entry.withArray("data_offsets").add(end);
    }
    String text = header.toString();
    byte[] json = (text + " ".repeat((8 - text.length() % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      file.writeLong(Long.reverseBytes(json.length));
      file.write(json);
      file.setLength(Long.BYTES + json.length + end);
    }
    return folder;
  }
}
