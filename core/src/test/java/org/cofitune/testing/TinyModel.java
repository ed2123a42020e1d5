package org.cofitune.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.ParameterNames;

/**
 * A checkpoint folder with random weights and a byte-level tokenizer, written in milliseconds.
 *
 * <pre>{@code
 * Path folder = TinyModel.llama().withSeed(3).writeTo(temporary.resolve("model"));
 * }</pre>
 *
 * Ids 0, 1, 2 are {@code <pad>}, {@code <s>} (put in front of every text) and {@code </s>}; id 3 +
 * b is the byte b.
 *
 * @param modelType {@code llama}, {@code mistral}, {@code qwen2} or {@code qwen3}
 * @param layers decoder layers
 * @param hiddenSize width of the residual stream; heads have a quarter of it
 * @param keyValueHeads 1, 2 or 4 beside four query heads
 * @param contextLength {@code max_position_embeddings}
 * @param slidingWindow 0 = none
 * @param tied whether the output layer is the embedding
 * @param dtype {@code F32} or {@code BF16}
 * @param seed of the weights
 */
public record TinyModel(
    String modelType,
    int layers,
    int hiddenSize,
    int keyValueHeads,
    int contextLength,
    int slidingWindow,
    boolean tied,
    String dtype,
    long seed) {
  public static final int PAD = 0;
  public static final int BOS = 1;
  public static final int EOS = 2;
  public static final int FIRST_BYTE = 3;
  public static final int VOCABULARY = FIRST_BYTE + 256;
  private static final List<String> SPECIAL = List.of("<pad>", "<s>", "</s>");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Four layers of the Llama kind with grouped queries. */
  public static TinyModel llama() {
    return new TinyModel("llama", 4, 32, 2, 256, 0, false, "F32", 1);
  }

  /** Attention through a sliding window of seven tokens. */
  public static TinyModel mistral() {
    return new TinyModel("mistral", 2, 32, 2, 256, 7, false, "F32", 1);
  }

  /** Biases on queries, keys and values; tied embeddings. */
  public static TinyModel qwen2() {
    return new TinyModel("qwen2", 2, 32, 4, 256, 0, true, "F32", 1);
  }

  public TinyModel withLayers(int newLayers) {
    return new TinyModel(
        modelType,
        newLayers,
        hiddenSize,
        keyValueHeads,
        contextLength,
        slidingWindow,
        tied,
        dtype,
        seed);
  }

  public TinyModel withContextLength(int newLength) {
    return new TinyModel(
        modelType, layers, hiddenSize, keyValueHeads, newLength, slidingWindow, tied, dtype, seed);
  }

  public TinyModel withDtype(String newDtype) {
    return new TinyModel(
        modelType,
        layers,
        hiddenSize,
        keyValueHeads,
        contextLength,
        slidingWindow,
        tied,
        newDtype,
        seed);
  }

  public TinyModel withSeed(long newSeed) {
    return new TinyModel(
        modelType,
        layers,
        hiddenSize,
        keyValueHeads,
        contextLength,
        slidingWindow,
        tied,
        dtype,
        newSeed);
  }

  /** Writes the checkpoint into a folder, which is created, and returns it. */
  public Path writeTo(Path folder) {
    try {
      Files.createDirectories(folder);
      write(folder, "config.json", config());
      write(
          folder,
          "generation_config.json",
          JSON.createObjectNode().put("bos_token_id", BOS).put("eos_token_id", EOS));
      write(folder, "tokenizer_config.json", tokenizerConfig());
      write(folder, "tokenizer.json", tokenizer());
      Map<String, List<Long>> shapes = ParameterNames.shapes(ModelConfigReader.read(folder));
      Files.write(folder.resolve("model.safetensors"), weights(shapes));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path folder, String name, ObjectNode json) throws IOException {
    Files.write(folder.resolve(name), JSON.writeValueAsBytes(json));
  }

  private ObjectNode config() {
    ObjectNode config =
        JSON.createObjectNode()
            .put("model_type", modelType)
            .put("vocab_size", VOCABULARY)
            .put("hidden_size", hiddenSize)
            .put("intermediate_size", 2 * hiddenSize)
            .put("num_hidden_layers", layers)
            .put("num_attention_heads", 4)
            .put("num_key_value_heads", keyValueHeads)
            .put("max_position_embeddings", contextLength)
            .put("rms_norm_eps", 1e-5)
            .put("rope_theta", 10000.0)
            .put("hidden_act", "silu")
            .put("tie_word_embeddings", tied)
            .put("bos_token_id", BOS)
            .put("eos_token_id", EOS)
            .put("torch_dtype", dtype.equals("F32") ? "float32" : "bfloat16");
    if (modelType.startsWith("qwen")) {
      config.put("use_sliding_window", slidingWindow > 0);
    }
    return slidingWindow > 0
        ? config.put("sliding_window", slidingWindow)
        : config.putNull("sliding_window");
  }

  private static ObjectNode tokenizerConfig() {
    return JSON.createObjectNode()
        .put("bos_token", "<s>")
        .put("eos_token", "</s>")
        .put("pad_token", "<pad>");
  }

  private static ObjectNode tokenizer() {
    ObjectNode root = JSON.createObjectNode().put("version", "1.0");
    for (int id = 0; id < SPECIAL.size(); id++) {
      root.withArray("added_tokens")
          .addObject()
          .put("id", id)
          .put("content", SPECIAL.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    root.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", false)
        .put("use_regex", false);
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", false)
        .put("use_regex", false);
    root.set("post_processor", beginningInFront());
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < SPECIAL.size(); id++) {
      vocabulary.put(SPECIAL.get(id), id);
    }
    for (int b = 0; b < 256; b++) {
      vocabulary.put(String.valueOf(byteLevel(b)), FIRST_BYTE + b);
    }
    model.putArray("merges");
    return root;
  }

  private static ObjectNode beginningInFront() {
    ObjectNode processor = JSON.createObjectNode().put("type", "TemplateProcessing");
    processor
        .withArray("single")
        .addObject()
        .putObject("SpecialToken")
        .put("id", "<s>")
        .put("type_id", 0);
    for (String kind : List.of("single", "pair")) {
      processor.withArray(kind).addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    }
    processor.withArray("pair").addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    ObjectNode token = processor.putObject("special_tokens").putObject("<s>").put("id", "<s>");
    token.putArray("ids").add(BOS);
    token.putArray("tokens").add("<s>");
    return processor;
  }

  /** The printable character that stands for a byte in a byte-level vocabulary. */
  private static char byteLevel(int b) {
    if (isPrintable(b)) {
      return (char) b;
    }
    int unprintableBefore = 0;
    for (int other = 0; other < b; other++) {
      unprintableBefore += isPrintable(other) ? 0 : 1;
    }
    return (char) (256 + unprintableBefore);
  }

  private static boolean isPrintable(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  }

  private byte[] weights(Map<String, List<Long>> shapes) throws IOException {
    Random random = new Random(seed);
    ObjectNode header = JSON.createObjectNode();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Map.Entry<String, List<Long>> parameter : shapes.entrySet()) {
      ObjectNode entry = header.putObject(parameter.getKey()).put("dtype", dtype);
      parameter.getValue().forEach(size -> entry.withArray("shape").add(size));
      entry.withArray("data_offsets").add(data.size());
      data.writeBytes(values(parameter.getKey(), parameter.getValue(), random));
      entry.withArray("data_offsets").add(data.size());
    }
    byte[] json = padded(JSON.writeValueAsBytes(header));
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(json.length).put(json).put(data.toByteArray()).array();
  }

  private byte[] values(String name, List<Long> shape, Random random) {
    int count = Math.toIntExact(ParameterNames.elements(shape));
    boolean wide = dtype.equals("F32");
    ByteBuffer bytes =
        ByteBuffer.allocate(count * (wide ? Float.BYTES : Short.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    boolean matrix = shape.size() == 2;
    double mean = matrix || name.endsWith(".bias") ? 0 : 1;
    double spread = matrix ? 1.5 / Math.sqrt(shape.get(1)) : 0.1;
    for (int i = 0; i < count; i++) {
      float value = (float) (mean + spread * random.nextGaussian());
      if (wide) {
        bytes.putFloat(value);
      } else {
        bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
      }
    }
    return bytes.array();
  }

  /** The header's length must keep the data aligned. */
  private static byte[] padded(byte[] json) {
    String text = new String(json, StandardCharsets.UTF_8);
    return (text + " ".repeat((8 - json.length % 8) % 8)).getBytes(StandardCharsets.UTF_8);
  }
}
