package org.cofitune.quickstart;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.cofitune.model.FreshWeights;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.JsonText;

/**
 * The bundled model before its training: a Llama of a million numbers.
 *
 * @param layers of the decoder
 * @param hiddenSize of the residual stream
 * @param intermediateSize of the feed-forward networks
 * @param heads of attention
 * @param contextLength most tokens
 * @param initializerRange standard deviation of the first weights
 * @param seed of the first weights
 */
record UntrainedModel(
    int layers,
    int hiddenSize,
    int intermediateSize,
    int heads,
    int contextLength,
    double initializerRange,
    long seed) {
  static final UntrainedModel BUNDLED = new UntrainedModel(8, 96, 256, 4, 256, 0.06, 1);

  private static final double ROPE_THETA = 10_000;
  private static final double NORM_EPSILON = 1e-5;

  /** Writes the checkpoint as a new folder. */
  void write(Path target) {
    WordTokenizer tokenizer = new WordTokenizer(Abilities.words());
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      Path folder = directory.path();
      write(folder, "config.json", config(tokenizer.size()));
      write(folder, "generation_config.json", generationConfig());
      write(folder, "tokenizer.json", tokenizer.json());
      write(folder, "tokenizer_config.json", WordTokenizer.config());
      FreshWeights.write(folder, initializerRange, seed);
      directory.commit();
    }
  }

  private static void write(Path folder, String name, ObjectNode json) {
    AtomicFile.write(folder.resolve(name), JsonText.pretty(json));
  }

  private ObjectNode config(int vocabulary) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    return config
        .put("model_type", "llama")
        .put("vocab_size", vocabulary)
        .put("hidden_size", hiddenSize)
        .put("intermediate_size", intermediateSize)
        .put("num_hidden_layers", layers)
        .put("num_attention_heads", heads)
        .put("num_key_value_heads", heads)
        .put("max_position_embeddings", contextLength)
        .put("rms_norm_eps", NORM_EPSILON)
        .put("rope_theta", ROPE_THETA)
        .put("hidden_act", "silu")
        .put("initializer_range", initializerRange)
        .put("tie_word_embeddings", false)
        .put("bos_token_id", WordTokenizer.BEGINNING)
        .put("eos_token_id", WordTokenizer.END)
        .put("torch_dtype", "bfloat16");
  }

  private static ObjectNode generationConfig() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("bos_token_id", WordTokenizer.BEGINNING)
        .put("eos_token_id", WordTokenizer.END);
  }
}
