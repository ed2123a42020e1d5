package org.cofitune.model.adapter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;

/** {@code adapter_config.json} as peft 0.18 writes it, without the version of peft. */
final class AdapterConfigJson {
  /** What a projection's layer stands under in the models' names. */
  static final String LAYERS = "layers";

  private AdapterConfigJson() {}

  /**
   * Describes adapters.
   *
   * @param modules that have one: the same projections in each of their layers
   * @param numLayers of the model
   * @param base where the base model is
   */
  static ObjectNode of(
      AdapterSettings settings, Collection<AdaptedModule> modules, int numLayers, String base) {
    List<Integer> layers = modules.stream().map(AdaptedModule::layer).distinct().sorted().toList();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putNull("alora_invocation_tokens");
    json.putObject("alpha_pattern");
    json.putNull("arrow_config");
    json.putNull("auto_mapping");
    json.put("base_model_name_or_path", base);
    json.put("bias", "none");
    json.putNull("corda_config");
    json.put("ensure_weight_tying", false);
    json.putNull("eva_config");
    json.putNull("exclude_modules");
    json.put("fan_in_fan_out", false);
    json.put("inference_mode", true);
    json.put("init_lora_weights", true);
    json.putNull("layer_replication");
    if (layers.size() == numLayers) {
      json.putNull("layers_pattern");
      json.putNull("layers_to_transform");
    } else {
      json.put("layers_pattern", LAYERS);
      layers.forEach(json.putArray("layers_to_transform")::add);
    }
    json.putObject("loftq_config");
    if (settings.alpha() == Math.rint(settings.alpha())) {
      json.put("lora_alpha", (long) settings.alpha());
    } else {
      json.put("lora_alpha", settings.alpha());
    }
    json.put("lora_bias", false);
    json.put("lora_dropout", settings.dropout());
    json.putNull("megatron_config");
    json.put("megatron_core", "megatron.core");
    json.putNull("modules_to_save");
    json.put("peft_type", AdapterConfig.PEFT_TYPE);
    json.put("qalora_group_size", QALORA_GROUP_SIZE);
    json.put("r", settings.rank());
    json.putObject("rank_pattern");
    json.putNull("revision");
    modules.stream()
        .map(module -> module.projection().shortName())
        .distinct()
        .sorted()
        .forEach(json.putArray("target_modules")::add);
    json.putNull("target_parameters");
    json.put("task_type", "CAUSAL_LM");
    json.putNull("trainable_token_indices");
    json.put("use_dora", false);
    json.put("use_qalora", false);
    json.put("use_rslora", settings.rankStabilised());
    return json;
  }

  /** peft's default; it means nothing without use_qalora. */
  private static final int QALORA_GROUP_SIZE = 16;
}
