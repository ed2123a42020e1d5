package org.cofitune.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.Parameters;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.SafetensorsHeader;
import org.cofitune.store.SafetensorsWriter;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** peft's format, by names, keys and shapes that are spelled out here. */
final class AdapterFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String UP = "base_model.model.model.layers.1.mlp.up_proj";
  private static final String KEY = "base_model.model.model.layers.1.self_attn.k_proj";

  private static final int HIDDEN = 32;

  @TempDir Path directory;
  private Path model;
  private ModelConfig config;
  private Path folder;

  @BeforeEach
  void writeModel() {
    Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    model = TinyModel.llama().withLayers(2).writeTo(directory.resolve("model"));
    config = ModelConfigReader.read(model);
    folder = directory.resolve("adapter");
  }

  @Test
  void tensorsHaveTheNamesTypesAndShapesOfPeft() {
    write("1:q_proj,k_proj,down_proj", new AdapterSettings(3, 6, 0, false));

    Map<String, String> found = new TreeMap<>();
    SafetensorsHeader header = SafetensorsHeader.read(folder.resolve("adapter_model.safetensors"));
    header.entries().forEach(e -> found.put(e.name(), e.type() + " " + e.shape()));
    String layer = "base_model.model.model.layers.1.";
    assertThat(found)
        .containsOnly(
            Map.entry(layer + "self_attn.q_proj.lora_A.weight", "F32 [3, 32]"),
            Map.entry(layer + "self_attn.q_proj.lora_B.weight", "F32 [32, 3]"),
            Map.entry(layer + "self_attn.k_proj.lora_A.weight", "F32 [3, 32]"),
            Map.entry(layer + "self_attn.k_proj.lora_B.weight", "F32 [16, 3]"),
            Map.entry(layer + "mlp.down_proj.lora_A.weight", "F32 [3, 64]"),
            Map.entry(layer + "mlp.down_proj.lora_B.weight", "F32 [32, 3]"));
    assertThat(header.metadata()).containsEntry("format", "pt");
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder(
            "adapter_config.json", "adapter_model.safetensors", "cofitune.json", "MANIFEST.json");
  }

  @Test
  void theConfigurationHasTheKeysOfPeft() throws IOException {
    write("1:q_proj,k_proj,down_proj", new AdapterSettings(3, 6, 0.05, true));

    String expected =
        """
        {"alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null,
         "auto_mapping": null, "base_model_name_or_path": "MODEL", "bias": "none",
         "corda_config": null, "ensure_weight_tying": false, "eva_config": null,
         "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
         "init_lora_weights": true, "layer_replication": null, "layers_pattern": "layers",
         "layers_to_transform": [1], "loftq_config": {}, "lora_alpha": 6, "lora_bias": false,
         "lora_dropout": 0.05, "megatron_config": null, "megatron_core": "megatron.core",
         "modules_to_save": null, "peft_type": "LORA", "qalora_group_size": 16, "r": 3,
         "rank_pattern": {}, "revision": null,
         "target_modules": ["down_proj", "k_proj", "q_proj"], "target_parameters": null,
         "task_type": "CAUSAL_LM", "trainable_token_indices": null, "use_dora": false,
         "use_qalora": false, "use_rslora": true}
        """;
    assertThat(configuration())
        .isEqualTo(JSON.readTree(expected.replace("MODEL", model.toString())));
  }

  @Test
  void adaptersOfEveryLayerNameNoLayers() throws IOException {
    write("all", new AdapterSettings(3, 6, 0, false));

    assertThat(configuration().path("layers_to_transform").isNull()).isTrue();
    assertThat(configuration().path("layers_pattern").isNull()).isTrue();
    assertThat(configuration().path("target_modules")).hasSize(7);
  }

  private void write(String region, AdapterSettings settings) {
    try (Parameters parameters = TinyAdapters.parameters(model, Precision.FLOAT32);
        LowRankAdapters adapters = TinyAdapters.random(config, parameters, region, settings)) {
      AdapterFolder.write(
          folder, adapters, settings, config.numHiddenLayers(), TinyAdapters.description(model));
    }
  }

  @Test
  void anotherBaseIsRefused() {
    write("1:q_proj", new AdapterSettings(3, 6, 0, false));
    Path other = TinyModel.llama().withLayers(2).withSeed(9).writeTo(directory.resolve("other"));

    try (AdapterFolder adapter = AdapterFolder.open(folder);
        Checkpoint base = Checkpoint.open(model);
        Checkpoint another = Checkpoint.open(other)) {
      adapter.requireWholeBase(base);
      assertThatThrownBy(() -> adapter.requireBase(another))
          .isInstanceOf(CofituneException.class)
          .hasMessageContaining(other + ": the delta or adapter belongs to another base model");
    }
  }

  @Test
  void aFlippedByteAnywhereIsFoundAndItsFileNamed() throws IOException {
    write("1:q_proj", new AdapterSettings(3, 6, 0, false));
    for (String name :
        List.of("adapter_config.json", "adapter_model.safetensors", "cofitune.json")) {
      Path file = folder.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      byte[] bytes = whole.clone();
      bytes[bytes.length - 3] ^= 1;
      Files.write(file, bytes);
      assertThatThrownBy(() -> AdapterFolder.open(folder))
          .isInstanceOf(CofituneException.class)
          .hasMessageContaining(name);
      Files.write(file, whole);
    }
    AdapterFolder.open(folder).close();
  }

  private JsonNode configuration() throws IOException {
    return JSON.readTree(folder.resolve("adapter_config.json").toFile());
  }

  @Test
  void whatWasWrittenIsReadBackToTheBit() {
    AdapterSettings settings = new AdapterSettings(3, 6, 0, true);
    write("1:ffn", settings);
    try (Parameters parameters = TinyAdapters.parameters(model, Precision.FLOAT32);
        LowRankAdapters made = TinyAdapters.random(config, parameters, "1:ffn", settings);
        AdapterFolder opened = AdapterFolder.open(folder);
        LowRankAdapters read = opened.load(config, parameters.device(), Precision.FLOAT32)) {
      assertThat(read.pairs().keySet()).isEqualTo(made.pairs().keySet());
      made.pairs()
          .forEach(
              (module, pair) -> {
                LowRankPair same = read.pairs().get(module);
                assertThat(HostTensors.toFloats(same.a()))
                    .isEqualTo(HostTensors.toFloats(pair.a()));
                assertThat(HostTensors.toFloats(same.b()))
                    .isEqualTo(HostTensors.toFloats(pair.b()));
                assertThat(same.scale()).isEqualTo(pair.scale());
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Float", "BFloat16", "Half", "Double"})
  void aHandWrittenAdapterChangesWeightsByAlphaOverRankTimesBTimesA(String type)
      throws IOException {
    double[] a = values(2 * 32, 1);
    double[] b = values(64 * 2, 2);
    writeByHand(
        ScalarType.valueOf(type),
        """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 3, "target_modules": ["up_proj"],
         "layers_to_transform": 1, "bias": "none", "peft_version": "0.18.1"}
        """,
        Map.of(UP + ".lora_A.weight", a, UP + ".lora_B.weight", b));
    try (Parameters parameters = TinyAdapters.parameters(model, Precision.FLOAT32);
        AdapterFolder opened = AdapterFolder.open(folder)) {
      double[] before = weight(parameters, "model.layers.1.mlp.up_proj.weight");
      opened.requireModel(config);

      opened.applyTo(parameters, 0.5);

      double[] after = weight(parameters, "model.layers.1.mlp.up_proj.weight");
      for (int i = 0; i < before.length; i++) {
        int row = i / 32;
        int column = i % 32;
        double product = b[2 * row] * a[column] + b[2 * row + 1] * a[32 + column];
        assertThat(after[i]).isCloseTo(before[i] + 0.5 * 1.5 * product, within(1e-6));
      }
    }
  }

  @Test
  void patternsGiveModulesTheirOwnRankAndAlpha() throws IOException {
    writeByHand(
        ScalarType.Float,
        """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "use_rslora": false,
         "target_modules": "model\\\\.layers\\\\.1\\\\.(mlp\\\\.up|self_attn\\\\.k)_proj",
         "rank_pattern": {"k_proj": 1}, "alpha_pattern": {"layers.1.self_attn.k_proj": 10}}
        """,
        Map.of(
            UP + ".lora_A.weight", values(2 * 32, 1),
            UP + ".lora_B.weight", values(64 * 2, 2),
            KEY + ".lora_A.weight", values(32, 3),
            KEY + ".lora_B.weight", values(16, 4)));

    try (Parameters parameters = TinyAdapters.parameters(model, Precision.FLOAT32);
        AdapterFolder opened = AdapterFolder.open(folder);
        LowRankAdapters read = opened.load(config, parameters.device(), Precision.FLOAT32)) {
      assertThat(read.pairs().values()).extracting(LowRankPair::scale).containsExactly(10.0, 2.0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"use_dora\": true",
        "\"fan_in_fan_out\": true",
        "\"modules_to_save\": [\"lm_head\"]",
        "\"bias\": \"lora_only\"",
        "\"lora_bias\": true",
        "\"use_qalora\": true",
        "\"layer_replication\": [[0, 1]]",
        "\"trainable_token_indices\": [1]",
        "\"target_parameters\": [\"x\"]",
        "\"init_lora_weights\": \"pissa\"",
        "\"exclude_modules\": \"up_proj\"",
        "\"a_key_of_tomorrow\": {\"on\": true}",
        "\"layers_pattern\": \"blocks\"",
        "\"layers_to_transform\": \"first\"",
        "\"r\": 0",
        "\"lora_alpha\": \"much\"",
        "\"target_modules\": null",
        "\"peft_type\": \"IA3\""
      })
  void whatIsNotSupportedIsRefusedByName(String setting) throws IOException {
    writeByHand(setting);

    String key = setting.substring(1, setting.indexOf('"', 1));
    assertThatThrownBy(() -> AdapterFolder.open(folder).close())
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining("adapter_config.json: " + key + " of the adapter is not supported");
  }

  @Test
  void anExpressionThatNeverEndsIsRefused() throws IOException {
    writeByHand("\"target_modules\": \"(([a-z._0-9]+)+)+!\"");

    refused("regular expression takes too long");
  }

  @Test
  void tensorsThatAreNotPeftsAreRefusedByName() throws IOException {
    writeByHand(
        ScalarType.Float,
        usual(""),
        Map.of(
            UP + ".lora_A.default.weight", values(64, 1), UP + ".lora_B.weight", values(128, 2)));
    refused("unknown tensor of an adapter", "found " + UP + ".lora_A.default.weight");
  }

  @Test
  void halfAnAdapterIsRefused() throws IOException {
    writeByHand(ScalarType.Float, usual(""), Map.of(UP + ".lora_A.weight", values(64, 1)));
    refused("tensor is missing", UP + ".lora_B.weight");
  }

  @Test
  void ranksThatDisagreeWithTheConfigurationAreRefused() throws IOException {
    writeByHand("\"r\": 4");
    refused("the adapter of model.layers.1.mlp.up_proj is wrong", "expected A [4, columns]");
  }

  @Test
  void aModuleThatTheConfigurationDoesNotNameIsRefused() throws IOException {
    writeByHand("\"target_modules\": [\"gate_proj\"]");
    refused("the adapter of model.layers.1.mlp.up_proj is wrong", "target_modules");
  }

  @Test
  void aModelThatItWasNotTrainedForIsRefused() throws IOException {
    writeByHand("\"lora_dropout\": 0.1");
    Path shallow = TinyModel.llama().withLayers(1).writeTo(directory.resolve("shallow"));
    Path wide =
        new TinyModel("llama", 2, 64, 2, 256, 0, false, "F32", 1)
            .writeTo(directory.resolve("wide"));
    Path deep = TinyModel.llama().withLayers(3).writeTo(directory.resolve("deep"));
    try (AdapterFolder opened = AdapterFolder.open(folder)) {
      opened.requireModel(config);
      assertThatThrownBy(() -> opened.requireModel(ModelConfigReader.read(shallow)))
          .hasMessageContaining("expected a module that the model has");
      assertThatThrownBy(() -> opened.requireModel(ModelConfigReader.read(wide)))
          .hasMessageContaining("expected one for a weight [128, 64]");
    }
    writeByHand("\"layers_to_transform\": null");
    try (AdapterFolder opened = AdapterFolder.open(folder)) {
      assertThatThrownBy(() -> opened.requireModel(ModelConfigReader.read(deep)))
          .hasMessageContaining("the adapter of model.layers.0.mlp.up_proj is wrong");
    }
  }

  @Test
  void aFolderWithoutAnAdapterIsNamed() throws IOException {
    refused("no adapter", "no such folder");
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("adapter_config.json"), usual(""));
    Files.writeString(folder.resolve("adapter_model.bin"), "x");
    refused("no adapter_model.safetensors in it", "adapter_model.bin is not read");
  }

  private void refused(String... parts) {
    assertThatThrownBy(() -> AdapterFolder.open(folder).close())
        .isInstanceOf(CofituneException.class)
        .hasMessageContainingAll(parts);
  }

  private static String usual(String setting) throws IOException {
    ObjectNode json =
        (ObjectNode)
            JSON.readTree(
                """
                {"peft_type": "LORA", "r": 2, "lora_alpha": 3, "target_modules": ["up_proj"],
                 "layers_to_transform": [1], "bias": "none"}
                """);
    return json.setAll((ObjectNode) JSON.readTree("{" + setting + "}")).toString();
  }

  private void writeByHand(String setting) throws IOException {
    writeByHand(
        ScalarType.Float,
        usual(setting),
        Map.of(UP + ".lora_A.weight", values(64, 1), UP + ".lora_B.weight", values(128, 2)));
  }

  private void writeByHand(ScalarType type, String json, Map<String, double[]> values)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("adapter_config.json"), json);
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      values.forEach(
          (name, numbers) -> {
            long rows = name.contains("lora_A") ? numbers.length / HIDDEN : rows(name);
            tensors.put(name, HostTensors.ofDoubles(numbers, rows, numbers.length / rows).to(type));
          });
      SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), tensors);
    }
  }

  private static long rows(String name) {
    return name.contains("up_proj") ? 64 : 16;
  }

  /** Eighths, which every number type holds exactly. */
  private static double[] values(int count, long seed) {
    return new Random(seed).ints(count, -8, 9).mapToDouble(i -> i / 8.0).toArray();
  }

  private static double[] weight(Parameters parameters, String name) {
    return HostTensors.toDoubles(parameters.held(name));
  }
}
