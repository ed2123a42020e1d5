package org.cofitune.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Reads {@code config.json}. Whatever would change the arithmetic and is not implemented is refused
 * by name; defaults are those of {@code transformers}.
 */
public final class ModelConfigReader {
  private static final String FILE = "config.json";
  private static final long MAX_BYTES = 4L << 20;
  private static final int MAX_SIZE = 1 << 24;
  private static final int MAX_LAYERS = 4096;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** What differs between families of the same decoder. */
  private record Family(
      boolean queryKeyValueBiasByDefault,
      boolean queryKeyNorm,
      boolean windowNeedsSwitch,
      boolean windowed) {}

  private static final Map<String, Family> FAMILIES =
      new TreeMap<>(
          Map.of(
              "llama", new Family(false, false, false, false),
              "Yi", new Family(false, false, false, false),
              "mistral", new Family(false, false, false, true),
              "qwen2", new Family(true, false, true, true),
              "qwen3", new Family(false, true, true, true)));

  private final ConfigNode node;
  private final Family family;

  private ModelConfigReader(ConfigNode node) {
    this.node = node;
    String type = node.text("model_type");
    Family known = FAMILIES.get(type);
    if (known == null) {
      throw node.error("model_type", "unknown model type")
          .expected("one of " + String.join(", ", FAMILIES.keySet()))
          .found("\"" + type + "\"")
          .next("use a checkpoint of the LLaMA family")
          .build();
    }
    this.family = known;
  }

  /**
   * Reads the configuration of a checkpoint folder.
   *
   * @throws CofituneException of kind FORMAT if the file is missing, malformed, or asks for
   *     arithmetic that is not implemented
   */
  public static ModelConfig read(Path checkpoint) {
    Path file = checkpoint.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw CofituneException.of(ErrorKind.FORMAT, "the checkpoint has no " + FILE)
          .at(checkpoint)
          .expected("a folder in the Hugging Face layout")
          .found(Files.isDirectory(checkpoint) ? "no " + FILE + " in it" : "no such folder")
          .next("name the folder that holds config.json and *.safetensors")
          .build();
    }
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw CofituneException.of(ErrorKind.FORMAT, "the file is too large for a configuration")
            .at(file)
            .expected("at most " + MAX_BYTES + " bytes")
            .found(Files.size(file))
            .next("check that this is the checkpoint's own file")
            .build();
      }
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      return new ModelConfigReader(new ConfigNode(file, json, "")).config();
    } catch (JsonProcessingException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "malformed JSON")
          .at(file + ":" + (e.getLocation() == null ? 0 : e.getLocation().getLineNr()))
          .expected("a JSON object")
          .found(e.getOriginalMessage())
          .next("fetch the file again")
          .cause(e)
          .build();
    } catch (IOException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "the file cannot be read")
          .at(file)
          .found(e.getMessage())
          .next("check its permissions")
          .cause(e)
          .build();
    }
  }

  private ModelConfig config() {
    refuseOtherArithmetic();
    int hidden = node.positive("hidden_size", MAX_SIZE);
    int layers = node.positive("num_hidden_layers", MAX_LAYERS);
    int maxPositions = node.positiveOr("max_position_embeddings", MAX_SIZE, 2048);
    AttentionConfig attention = attention(hidden, layers);
    return new ModelConfig(
        node.text("model_type"),
        node.positive("vocab_size", MAX_SIZE),
        hidden,
        node.positive("intermediate_size", MAX_SIZE),
        layers,
        attention,
        node.flagOr("mlp_bias", false),
        node.positiveNumberOr("rms_norm_eps", 1e-6),
        RopeConfigReader.theta(node),
        RopeConfigReader.scaling(node, maxPositions),
        maxPositions,
        node.flagOr("tie_word_embeddings", false));
  }

  private AttentionConfig attention(int hidden, int layers) {
    int heads = node.positive("num_attention_heads", MAX_SIZE);
    int keyValueHeads = node.positiveOr("num_key_value_heads", MAX_SIZE, heads);
    if (heads % keyValueHeads != 0) {
      throw node.error("num_key_value_heads", "query heads cannot be shared out evenly")
          .expected("a divisor of num_attention_heads " + heads)
          .found(keyValueHeads)
          .next("fetch config.json again")
          .build();
    }
    if (!node.has("head_dim") && hidden % heads != 0) {
      throw node.error("num_attention_heads", "the hidden size cannot be split into heads")
          .expected("a divisor of hidden_size " + hidden + ", or head_dim")
          .found(heads)
          .next("fetch config.json again")
          .build();
    }
    int headDim = node.positiveOr("head_dim", MAX_SIZE, hidden / heads);
    if (headDim % 2 != 0) {
      throw node.error("head_dim", "rotary embedding needs an even head size")
          .expected("an even number")
          .found(headDim)
          .next("fetch config.json again")
          .build();
    }
    boolean bias = node.flagOr("attention_bias", false);
    boolean queryKeyValueBias = family.queryKeyValueBiasByDefault() || bias;
    // Qwen2's output projection has no bias, whatever attention_bias says.
    boolean outputBias = bias && !family.queryKeyValueBiasByDefault();
    return new AttentionConfig(
        heads,
        keyValueHeads,
        headDim,
        queryKeyValueBias,
        outputBias,
        family.queryKeyNorm(),
        slidingWindow(),
        family.windowNeedsSwitch() ? node.countOr("max_window_layers", layers, layers) : 0);
  }

  private int slidingWindow() {
    if (!family.windowed() || (family.windowNeedsSwitch() && !switchedOn())) {
      return 0;
    }
    return node.has("sliding_window") ? node.positive("sliding_window", Integer.MAX_VALUE) : 0;
  }

  private boolean switchedOn() {
    return node.flagOr("use_sliding_window", false);
  }

  private void refuseOtherArithmetic() {
    node.require("hidden_act", "silu", "silu");
    node.requireAbsentOr("partial_rotary_factor", 1.0);
    node.requireAbsentOr("logit_scale", 1.0);
    if (node.has("quantization_config")) {
      throw node.error("quantization_config", "quantised weights cannot be trained")
          .expected("F32, F16 or BF16 weights")
          .found("a quantised checkpoint")
          .next("use the checkpoint it was quantised from")
          .build();
    }
  }
}
