package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.SafetensorsWriter;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeltaTest {
  @TempDir Path directory;
  private Engine engine;

  @BeforeEach
  void start() {
    engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
  }

  @ParameterizedTest
  @CsvSource({"F32, false, 1:ffn", "BF16, false, 2:up_proj", "F32, true, all"})
  void aMergedModelGivesTheLogitsOfBaseAndDelta(String dtype, boolean tied, String region)
      throws IOException {
    TinyModel tiny = tied ? TinyModel.qwen2() : TinyModel.llama();
    Path base = tiny.withDtype(dtype).writeTo(directory.resolve("base"));
    tune(base, region, 0.5, directory.resolve("delta"));
    float[] untuned = logits(base, false);

    merge(base, 1, directory.resolve("merged"));

    float[] merged = logits(directory.resolve("merged"), false);
    assertThat(merged).isEqualTo(logits(base, true)).isNotEqualTo(untuned);
  }

  @Test
  void everyTensorOutsideTheRegionKeepsItsBytesAndCompanionsTravelAlong() throws IOException {
    Path base = TinyModel.llama().writeTo(directory.resolve("base"));
    tune(base, "1-2:up_proj", 0.5, directory.resolve("delta"));

    merge(base, 1, directory.resolve("merged"));

    try (Checkpoint before = Checkpoint.open(base);
        Checkpoint after = Checkpoint.open(directory.resolve("merged"))) {
      assertThat(after.tensorNames()).containsExactlyInAnyOrderElementsOf(before.tensorNames());
      for (String name : before.tensorNames()) {
        boolean same = fingerprint(before, name).equals(fingerprint(after, name));
        assertThat(same).as(name).isEqualTo(!name.matches(".*layers\\.[12]\\.mlp\\.up_proj.*"));
      }
      for (String file : List.of("config.json", "tokenizer.json", "generation_config.json")) {
        assertThat(after.file(file)).hasSameBinaryContentAs(before.file(file));
      }
    }
    assertThat(directory.resolve("merged/README.md")).hasContent("# A card");
  }

  @Test
  void alphaInterpolatesBetweenBaseAndTuned() {
    Path base = TinyModel.llama().writeTo(directory.resolve("base"));
    tune(base, "all", 0.5, directory.resolve("delta"));

    merge(base, 0, directory.resolve("nothing"));
    merge(base, 0.5, directory.resolve("half"));

    assertThat(logits(directory.resolve("nothing"), false)).isEqualTo(logits(base, false));
    assertThat(first(directory.resolve("half"))).isEqualTo(first(base) * 1.25f);
  }

  @ParameterizedTest
  @CsvSource({"F32", "F16", "BF16"})
  void theEndsOfTheInterpolationHaveTheBytesOfBaseAndTunedModel(String dtype) {
    Path base = TinyModel.llama().withDtype(dtype).writeTo(directory.resolve("base"));
    tune(base, "1-2:ffn", 0.37, directory.resolve("delta"));

    merge(base, 0, directory.resolve("start"));
    merge(base, 1, directory.resolve("end"));

    try (Checkpoint before = Checkpoint.open(base);
        Checkpoint start = Checkpoint.open(directory.resolve("start"));
        Checkpoint end = Checkpoint.open(directory.resolve("end"));
        Delta delta = Delta.open(directory.resolve("delta"));
        PointerScope scope = new PointerScope()) {
      for (String name : before.tensorNames()) {
        assertThat(fingerprint(start, name)).as(name).isEqualTo(fingerprint(before, name));
        if (delta.names().contains(name)) {
          assertThat(end.entry(name).spec()).isEqualTo(delta.spec(name));
          assertThat(end.tensor(name).equal(delta.tensor(name))).as(name).isTrue();
          assertThat(fingerprint(end, name)).as(name).isNotEqualTo(fingerprint(before, name));
        } else {
          assertThat(fingerprint(end, name)).as(name).isEqualTo(fingerprint(before, name));
        }
      }
    }
  }

  @Test
  void aDeltaRemembersItsRegionAndBase() {
    Path base = TinyModel.llama().writeTo(directory.resolve("base"));
    tune(base, "3:down_proj", 0.5, directory.resolve("delta"));

    try (Delta delta = Delta.open(directory.resolve("delta"));
        Checkpoint checkpoint = Checkpoint.open(base)) {
      assertThat(delta.names()).isEqualTo(Set.of("model.layers.3.mlp.down_proj.weight"));
      assertThat(delta.description().region()).isEqualTo("3-3:down_proj");
      assertThat(delta.description().baseFingerprint())
          .isEqualTo(Fingerprint.ofCheckpoint(checkpoint).sha256());
      assertThat(delta.description().recipe().path("seed").asInt()).isEqualTo(7);
    }
  }

  @Test
  void anotherBaseIsRefused() {
    Path base = TinyModel.llama().writeTo(directory.resolve("base"));
    Path other = TinyModel.llama().withSeed(9).writeTo(directory.resolve("other"));
    tune(base, "1:ffn", 0.5, directory.resolve("delta"));

    assertThatThrownBy(() -> merge(other, 1, directory.resolve("merged")))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining(other + ": the delta or adapter belongs to another base model")
        .hasMessageContaining(base.toString());
    assertThat(directory.resolve("merged")).doesNotExist();
  }

  @Test
  void aFlippedByteAnywhereInTheBaseIsFoundBeforeItIsMerged() throws IOException {
    Path base = TinyModel.llama().writeTo(directory.resolve("base"));
    tune(base, "1:ffn", 0.5, directory.resolve("delta"));
    Path weights = base.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);

    assertThatThrownBy(() -> merge(base, 1, directory.resolve("merged")))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining(base + ": the base model was changed or is damaged");
    assertThat(directory.resolve("merged")).doesNotExist();
  }

  @Test
  void aModelOfAnotherShapeIsRefusedByTheTensorThatDoesNotFit() {
    Path base = TinyModel.llama().writeTo(directory.resolve("base"));
    Path shallow = TinyModel.llama().withLayers(2).writeTo(directory.resolve("shallow"));
    tune(base, "3:up_proj", 0.5, directory.resolve("delta"));

    String message = "tensor model.layers.3.mlp.up_proj.weight does not fit the model";
    assertThatThrownBy(() -> merge(shallow, 1, directory.resolve("merged")))
        .hasMessageContaining(message);
    try (LoadedModel model = LoadedModel.open(shallow, engine);
        Delta delta = Delta.open(directory.resolve("delta"))) {
      assertThatThrownBy(() -> delta.applyTo(model.parameters(), 1)).hasMessageContaining(message);
    }
  }

  @Test
  void anInterpolationInMemoryIsTheMergedOne() {
    Path base = TinyModel.llama().withDtype("BF16").writeTo(directory.resolve("base"));
    tune(base, "1:ffn", 0.5, directory.resolve("delta"));
    merge(base, 0.25, directory.resolve("quarter"));

    try (LoadedModel model = LoadedModel.open(base, engine, Precision.FLOAT32);
        LoadedModel merged =
            LoadedModel.open(directory.resolve("quarter"), engine, Precision.FLOAT32);
        Delta delta = Delta.open(directory.resolve("delta"));
        PointerScope scope = new PointerScope()) {
      delta.applyTo(model.parameters(), 0.25);
      for (String name : delta.names()) {
        assertThat(HostTensors.toFloats(model.parameters().held(name)))
            .isEqualTo(HostTensors.toFloats(merged.parameters().held(name)));
      }
    }
  }

  @Test
  void tiedWeightsThatAreStoredTwiceStayEqual() {
    Path base = TinyModel.qwen2().writeTo(directory.resolve("base"));
    storeOutputToo(base);
    tune(base, "all", 0.5, directory.resolve("delta"));
    merge(base, 1, directory.resolve("merged"));

    try (Checkpoint merged = Checkpoint.open(directory.resolve("merged"))) {
      assertThat(fingerprint(merged, ParameterNames.OUTPUT))
          .isEqualTo(fingerprint(merged, ParameterNames.EMBEDDING));
    }
  }

  /** Adds the output layer beside the embedding, as some tools do. */
  private static void storeOutputToo(Path model) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(model);
        PointerScope scope = new PointerScope()) {
      for (String name : checkpoint.tensorNames()) {
        tensors.put(name, checkpoint.tensor(name).clone());
      }
      tensors.put(ParameterNames.OUTPUT, checkpoint.tensor(ParameterNames.EMBEDDING).clone());
      SafetensorsWriter.write(model.resolve(Checkpoint.SINGLE), tensors);
    }
  }

  @Test
  void aFlippedByteIsFound() throws IOException {
    Path base = TinyModel.llama().writeTo(directory.resolve("base"));
    tune(base, "1:ffn", 0.5, directory.resolve("delta"));
    Path tensors = directory.resolve("delta/delta.safetensors");
    byte[] bytes = Files.readAllBytes(tensors);
    bytes[bytes.length - 1] ^= 1;
    Files.write(tensors, bytes);

    assertThatThrownBy(() -> Delta.open(directory.resolve("delta")))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("delta.safetensors");
  }

  @Test
  void aFolderWithoutADeltaIsNamed() {
    assertThatThrownBy(() -> Delta.open(directory.resolve("absent")))
        .hasMessageContaining("absent: no delta: expected a folder with cofitune.json")
        .hasMessageContaining("no such folder");
  }

  /** Adds a part of themselves to the region's weights and writes that as a delta. */
  private void tune(Path base, String text, double part, Path target) {
    try (LoadedModel model = LoadedModel.open(base, engine, Precision.FLOAT32);
        Checkpoint checkpoint = Checkpoint.open(base)) {
      Region region = RegionParser.parse(text, model.config().numHiddenLayers());
      Parameters parameters = model.parameters();
      parameters.train(region.parameters(model.config()).keySet());
      for (String name : parameters.trainableNames()) {
        try (PointerScope scope = new PointerScope();
            NoGradGuard noGrad = new NoGradGuard()) {
          parameters.held(name).mul_(new Scalar(1 + part));
        }
      }
      Delta.write(
          target,
          parameters,
          parameters.trainableNames(),
          DeltaDescription.of(
              region,
              checkpoint,
              JsonNodeFactory.instance.objectNode().put("name", "region"),
              JsonNodeFactory.instance.objectNode().put("seed", 7)));
    }
  }

  private void merge(Path base, double alpha, Path target) {
    try (Checkpoint checkpoint = Checkpoint.open(base);
        Delta delta = Delta.open(directory.resolve("delta"))) {
      MergedModel.write(checkpoint, delta, alpha, "# A card", target);
    }
  }

  private float[] logits(Path checkpoint, boolean withDelta) {
    try (LoadedModel model = LoadedModel.open(checkpoint, engine, Precision.FLOAT32);
        PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      if (withDelta) {
        try (Delta delta = Delta.open(directory.resolve("delta"))) {
          delta.applyTo(model);
        }
      }
      int[] ids = {1, 50, 60, 70, 80};
      Decoder decoder = model.decoder();
      Tensor hidden =
          decoder.layers(
              0,
              decoder.layers(),
              decoder.embed(HostTensors.ofIds(ids).to(ScalarType.Long)),
              decoder.packed(new int[] {0, ids.length}));
      return HostTensors.toFloats(decoder.logits(decoder.finalNorm(hidden)));
    }
  }

  private float first(Path checkpoint) {
    try (LoadedModel model = LoadedModel.open(checkpoint, engine, Precision.FLOAT32);
        PointerScope scope = new PointerScope()) {
      return HostTensors.toFloats(model.parameters().held(ParameterNames.EMBEDDING))[0];
    }
  }

  private static String fingerprint(Checkpoint checkpoint, String name) {
    return Fingerprint.ofTensor(checkpoint, name).sha256();
  }
}
