package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Decoder;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ParameterNames;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.Manifest;
import org.cofitune.store.SafetensorsWriter;
import org.cofitune.store.StrictJson;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeltaTest {
  private static final int[] IDS = {1, 80, 100, 120, 90, 200};

  @TempDir Path folder;

  private final Engine engine =
      Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));

  @Test
  void aDeltaHoldsTheTrainedTensorsInTheTypeOfTheBase() {
    Path model = TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
    Path delta = train(model, TinyTraining.REGION);
    try (Delta read = Delta.open(delta)) {
      assertThat(read.names())
          .containsExactlyInAnyOrder(
              "model.layers.1.mlp.up_proj.weight",
              "model.layers.1.mlp.down_proj.weight",
              "model.layers.2.mlp.up_proj.weight",
              "model.layers.2.mlp.down_proj.weight");
      assertThat(read.spec("model.layers.1.mlp.up_proj.weight").type()).hasToString("BF16");
      assertThat(read.description().region()).isEqualTo(TinyTraining.REGION);
    }
  }

  @Test
  void baseAndDeltaGiveTheLogitsOfTheMergedModelAndOfTheTunedOne() {
    for (TinyModel kind : List.of(TinyModel.llama(), TinyModel.qwen2())) {
      Path home = folder.resolve(kind.modelType());
      Path model = kind.writeTo(home.resolve("model"));
      double[] base = logits(model);
      for (String region : List.of("1:up_proj,down_proj,v_proj", "all")) {
        Path delta = train(model, region);
        Path merged = delta.resolveSibling("merged");
        ModelMerge.tuned().write(model, delta, merged);
        double[] tuned = withDelta(model, delta, 1);
        assertThat(logits(merged)).isEqualTo(tuned).isNotEqualTo(base);
      }
    }
  }

  @Test
  void anInterpolationLiesBetweenBaseAndTuned() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    Path delta = train(model, TinyTraining.REGION);
    String name = "model.layers.1.mlp.up_proj.weight";
    double[] base = weight(model, name);
    double[] tuned = weight(merged(model, delta, 1), name);
    double[] half = weight(merged(model, delta, 0.5), name);
    for (int i = 0; i < half.length; i++) {
      assertThat(half[i])
          .isCloseTo((base[i] + tuned[i]) / 2, org.assertj.core.data.Offset.offset(1e-7));
    }
    assertThat(logits(merged(model, delta, 0))).isEqualTo(logits(model));
    assertThat(logits(folder.resolve("merged-0.5"))).isEqualTo(withDelta(model, delta, 0.5));
  }

  @Test
  void whatWasNotTrainedIsCopiedByteByByte() {
    Path model = TinyModel.llama().withDtype("BF16").writeTo(folder.resolve("model"));
    Path merged = merged(model, train(model, TinyTraining.REGION), 1);
    try (Checkpoint before = Checkpoint.open(model);
        Checkpoint after = Checkpoint.open(merged)) {
      for (String name : before.tensorNames()) {
        boolean trained = name.matches("model\\.layers\\.[12]\\.mlp\\.(up|down)_proj\\.weight");
        assertThat(Fingerprint.ofTensor(after, name).equals(Fingerprint.ofTensor(before, name)))
            .as(name + " unchanged")
            .isEqualTo(!trained);
      }
    }
  }

  @Test
  void whatTheModelNeedsTravelsWithIt() throws IOException {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    Files.writeString(model.resolve("chat_template.jinja"), "{{ messages }}");
    Path merged = merged(model, train(model, TinyTraining.REGION), 1);
    for (String name :
        List.of(
            "config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "generation_config.json",
            "chat_template.jinja")) {
      assertThat(merged.resolve(name)).hasSameBinaryContentAs(model.resolve(name));
    }
    assertThat(merged.resolve("README.md"))
        .content()
        .startsWith("---\nlibrary_name: transformers\n")
        .contains("| trained region | 1-2:up_proj,down_proj |")
        .contains("| learning_rate | 0.001 |");
    assertThat(StrictJson.readObject(merged.resolve("cofitune.json")).path("alpha").asDouble())
        .isEqualTo(1);
    Manifest.verify(merged);
  }

  @Test
  void aLargeModelIsWrittenInShards() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    Path delta = train(model, TinyTraining.REGION);
    Path merged = folder.resolve("sharded");
    new ModelMerge(1, 40_000).write(model, delta, merged);
    assertThat(merged.resolve("model.safetensors.index.json")).exists();
    assertThat(logits(merged)).isEqualTo(withDelta(model, delta, 1));
  }

  @Test
  void tiedWeightsThatAreStoredTwiceStayEqual() {
    Path model = TinyModel.qwen2().writeTo(folder.resolve("model"));
    storeOutputToo(model);
    Path merged = merged(model, train(model, "all"), 1);
    assertThat(weight(merged, ParameterNames.OUTPUT))
        .isEqualTo(weight(merged, ParameterNames.EMBEDDING))
        .isNotEqualTo(weight(model, ParameterNames.EMBEDDING));
  }

  @Test
  void anotherBaseIsRefused() {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    Path delta = train(model, TinyTraining.REGION);
    Path other = TinyModel.llama().withSeed(9).writeTo(folder.resolve("other"));
    assertThatThrownBy(() -> ModelMerge.tuned().write(other, delta, folder.resolve("out")))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining("the delta belongs to another base model");
    Path shallow = TinyModel.llama().withLayers(2).writeTo(folder.resolve("shallow"));
    assertThatThrownBy(() -> ModelMerge.tuned().write(shallow, delta, folder.resolve("out")))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("model.layers.2.mlp")
        .hasMessageContaining("does not fit the model");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aDamagedDeltaIsRefusedByFile() throws IOException {
    Path model = TinyModel.llama().writeTo(folder.resolve("model"));
    Path delta = train(model, TinyTraining.REGION);
    Path file = delta.resolve(Delta.TENSORS);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 4;
    Files.write(file, bytes);
    assertThatThrownBy(() -> Delta.open(delta))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("delta.safetensors: file is damaged");
  }

  private int runs;

  private Path train(Path model, String region) {
    Path delta = folder.resolve("run-" + ++runs).resolve("delta");
    TinyTraining.of(model)
        .region(region)
        .open(
            TinyTraining.ARGUMENTS.with("max_steps", 3),
            task -> {
              try (Trainer trainer = new Trainer(task, List.of());
                  Checkpoint checkpoint = Checkpoint.open(model)) {
                trainer.run(() -> false);
                ObjectNode details = JsonNodeFactory.instance.objectNode();
                details.set("training_arguments", task.arguments().toJson());
                Delta.write(
                    delta,
                    task.decoder().parameters(),
                    task.decoder().parameters().trainableNames(),
                    new DeltaDescription(
                        Fingerprint.ofCheckpoint(checkpoint), "tiny", region, "full", details));
              }
              return task;
            });
    return delta;
  }

  private Path merged(Path model, Path delta, double alpha) {
    Path out = folder.resolve("merged-" + alpha);
    ModelMerge.tuned().withAlpha(alpha).write(model, delta, out);
    return out;
  }

  private double[] logits(Path model) {
    try (LoadedModel loaded = LoadedModel.open(model, engine, Precision.FLOAT32)) {
      return logits(loaded.decoder());
    }
  }

  private double[] withDelta(Path model, Path delta, double alpha) {
    try (LoadedModel loaded = LoadedModel.open(model, engine, Precision.FLOAT32);
        Delta tuned = Delta.open(delta)) {
      tuned.applyTo(loaded.parameters(), alpha);
      return logits(loaded.decoder());
    }
  }

  private static double[] logits(Decoder decoder) {
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      Tensor hidden =
          decoder.layers(
              0,
              decoder.layers(),
              decoder.embed(HostTensors.ofIds(IDS)),
              decoder.packed(new int[] {0, IDS.length}));
      return HostTensors.toDoubles(decoder.logits(decoder.finalNorm(hidden)));
    }
  }

  private static double[] weight(Path model, String name) {
    try (Checkpoint checkpoint = Checkpoint.open(model);
        PointerScope scope = new PointerScope()) {
      return HostTensors.toDoubles(checkpoint.tensor(name));
    }
  }

  /** Adds {@code lm_head.weight} beside the embedding, as some tools do. */
  private static void storeOutputToo(Path model) {
    Map<String, Tensor> tensors = new java.util.LinkedHashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(model);
        PointerScope scope = new PointerScope()) {
      for (String name : checkpoint.tensorNames()) {
        tensors.put(name, checkpoint.tensor(name).clone());
      }
      tensors.put(ParameterNames.OUTPUT, checkpoint.tensor(ParameterNames.EMBEDDING).clone());
      SafetensorsWriter.write(model.resolve(Checkpoint.SINGLE), tensors);
    }
  }
}
