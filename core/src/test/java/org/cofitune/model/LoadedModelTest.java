package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.testing.Shared;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadedModelTest {
  private static final double FLOAT32_NOISE = 2e-4;

  @TempDir Path temporary;
  private Engine engine;

  @BeforeEach
  void start() {
    engine = Engine.start(EngineOptions.defaults().withDevice("cpu"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"stories260K", "stories3M", "tinystories-656k", "zh-poem-750k"})
  void lastLogitsOfAPublishedModelAgreeWithTransformers(String name) throws IOException {
    Path folder = Shared.of("fixtures/models/" + name);
    JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        LoadedModel model = LoadedModel.open(folder, engine)) {
      int[] ids = tokenizer.encode(golden.get("prompt").textValue(), true);
      assertThat(ids).containsExactly(integers(golden.get("prompt_ids")));
      double[] last = lastLogits(model, ids);
      double[] first16 = numbers(golden.get("last_logits_first16"));
      assertThat(Arrays.copyOf(last, first16.length))
          .containsExactly(first16, within(FLOAT32_NOISE));
      double l2 = Math.sqrt(Arrays.stream(last).map(x -> x * x).sum());
      assertThat(l2).isCloseTo(golden.get("last_logits_l2").doubleValue(), within(1e-3));
    }
  }

  @Test
  void weightsStoredInFloat32AreComputedInFloat32() {
    Path folder = TinyModel.llama().writeTo(temporary);
    try (LoadedModel model = LoadedModel.open(folder, engine)) {
      assertThat(model.parameters().precision()).isEqualTo(Precision.FLOAT32);
      assertThat(model.directory()).isEqualTo(folder);
      assertThat(model.config().numHiddenLayers()).isEqualTo(4);
    }
  }

  @Test
  void sixteenBitWeightsStayAsTheyAreStoredAndGiveTheWidenedLogits() {
    Path folder = TinyModel.llama().withDtype("BF16").writeTo(temporary);
    int[] ids = {1, 70, 71, 72};
    try (LoadedModel single = LoadedModel.open(folder, engine, Precision.FLOAT32);
        LoadedModel exact = LoadedModel.open(folder, engine, Precision.FLOAT64)) {
      assertThat(single.parameters().held(ParameterNames.EMBEDDING).scalar_type().intern())
          .isEqualTo(ScalarType.BFloat16);
      assertThat(lastLogits(single, ids)).containsExactly(lastLogits(exact, ids), within(1e-4));
    }
  }

  @Test
  void everyTinyModelOpensAndItsTokenizerReturnsTheText() {
    for (TinyModel tiny : new TinyModel[] {TinyModel.mistral(), TinyModel.qwen2()}) {
      Path folder = tiny.writeTo(temporary.resolve(tiny.modelType()));
      try (LoadedModel model = LoadedModel.open(folder, engine);
          Tokenizer tokenizer = Tokenizer.load(folder)) {
        int[] ids = tokenizer.encode("a 月\n", true);
        assertThat(ids).startsWith(TinyModel.BOS, TinyModel.FIRST_BYTE + 'a').hasSize(7);
        assertThat(tokenizer.decode(ids, true)).isEqualTo("a 月\n");
        assertThat(lastLogits(model, ids)).hasSize(TinyModel.VOCABULARY);
      }
    }
  }

  @Test
  void aFolderWithoutWeightsIsRefused() throws IOException {
    Path folder = TinyModel.llama().writeTo(temporary);
    Files.delete(folder.resolve("model.safetensors"));
    assertThatThrownBy(() -> LoadedModel.open(folder, engine))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("safetensors");
  }

  private static double[] lastLogits(LoadedModel model, int[] ids) {
    Decoder decoder = model.decoder();
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      ForwardPass pass = decoder.packed(new int[] {0, ids.length});
      Tensor hidden = decoder.embed(HostTensors.ofIds(ids));
      hidden = decoder.layers(0, decoder.layers(), hidden, pass);
      Tensor last = decoder.finalNorm(hidden.narrow(0, ids.length - 1, 1));
      return HostTensors.toDoubles(decoder.logits(last));
    }
  }

  private static int[] integers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::doubleValue)
        .toArray();
  }
}
