package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigReaderTest {
  private static final String LLAMA =
      "\"model_type\":\"llama\",\"hidden_size\":64,\"num_attention_heads\":4,\"vocab_size\":32,"
          + "\"intermediate_size\":96,\"num_hidden_layers\":2";

  @TempDir Path folder;

  @Test
  void defaultsAreThoseOfTransformers() throws IOException {
    ModelConfig config = read("{" + LLAMA + "}");

    assertThat(config.attention().numKeyValueHeads()).isEqualTo(4);
    assertThat(config.attention().headDim()).isEqualTo(16);
    assertThat(config.rmsNormEps()).isEqualTo(1e-6);
    assertThat(config.ropeTheta()).isEqualTo(10_000);
    assertThat(config.tieWordEmbeddings()).isFalse();
    assertThat(config.attention().slidingWindow()).isZero();
  }

  @Test
  void qwen2HasBiasesOnQueriesKeysAndValuesOnly() throws IOException {
    ModelConfig config = read("{" + LLAMA.replace("llama", "qwen2") + "}");

    assertThat(config.hasBias(Projection.Q_PROJ)).isTrue();
    assertThat(config.hasBias(Projection.V_PROJ)).isTrue();
    assertThat(config.hasBias(Projection.O_PROJ)).isFalse();
    assertThat(config.hasBias(Projection.UP_PROJ)).isFalse();
  }

  @Test
  void qwensWindowAppliesOnlyWhenSwitchedOnAndFromItsLayer() throws IOException {
    String base = LLAMA.replace("llama", "qwen2") + ",\"sliding_window\":8,\"max_window_layers\":1";

    assertThat(read("{" + base + "}").attention().window(1)).isZero();
    ModelConfig on = read("{" + base + ",\"use_sliding_window\":true}");
    assertThat(on.attention().window(0)).isZero();
    assertThat(on.attention().window(1)).isEqualTo(8);
  }

  @Test
  void llamasWindowIsIgnoredAndMistralsIsNot() throws IOException {
    String window = ",\"sliding_window\":8}";

    assertThat(read("{" + LLAMA + window).attention().window(0)).isZero();
    assertThat(read("{" + LLAMA.replace("llama", "mistral") + window).attention().window(0))
        .isEqualTo(8);
    assertThat(
            read("{" + LLAMA.replace("llama", "mistral") + ",\"sliding_window\":null}")
                .attention()
                .window(0))
        .isZero();
  }

  @Test
  void qwen3NormalisesQueriesAndKeysAndHasItsOwnHeadSize() throws IOException {
    ModelConfig config = read("{" + LLAMA.replace("llama", "qwen3") + ",\"head_dim\":32}");

    assertThat(config.attention().queryKeyNorm()).isTrue();
    assertThat(config.attention().querySize()).isEqualTo(128);
    assertThat(ParameterNames.shapes(config)).containsKey("model.layers.1.self_attn.q_norm.weight");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"model_type\":\"gemma\"|$.model_type|gemma",
        "\"hidden_act\":\"gelu\"|$.hidden_act|gelu",
        "\"rope_scaling\":{\"rope_type\":\"longrope\"}|$.rope_scaling.rope_type|longrope",
        "\"rope_scaling\":{\"rope_type\":\"linear\"}|$.rope_scaling.factor|missing",
        "\"partial_rotary_factor\":0.5|$.partial_rotary_factor|0.5",
        "\"quantization_config\":{}|$.quantization_config|quantised",
        "\"num_key_value_heads\":3|$.num_key_value_heads|divisor",
        "\"num_hidden_layers\":-1|$.num_hidden_layers|-1",
        "\"num_hidden_layers\":\"many\"|$.num_hidden_layers|many",
        "\"vocab_size\":99999999999|$.vocab_size|99999999999",
        "\"head_dim\":7|$.head_dim|even",
      })
  void whatIsNotImplementedIsRefusedByKeyAndValue(String change, String key, String found)
      throws IOException {
    String changedKey = change.substring(0, change.indexOf(':') + 1);
    String json = "{" + LLAMA + ",\"rms_norm_eps\":1e-5}";
    int at = json.indexOf(changedKey);
    String changed =
        at < 0
            ? json.replace("}", "," + change + "}")
            : json.replaceFirst(changedKey + "[^,}]*", change);

    assertThatThrownBy(() -> read(changed))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining("config.json " + key)
        .hasMessageContaining(found);
  }

  @Test
  void aMissingFileNamesTheFolder() {
    assertThatThrownBy(() -> ModelConfigReader.read(folder.resolve("absent")))
        .hasMessageContaining("absent")
        .hasMessageContaining("no such folder");
    assertThatThrownBy(() -> ModelConfigReader.read(folder)).hasMessageContaining("no config.json");
  }

  @Test
  void malformedJsonIsReportedWithItsLine() {
    assertThatThrownBy(() -> read("{\n\"model_type\": llama}"))
        .hasMessageContaining("config.json:2")
        .hasMessageContaining("malformed JSON");
    assertThatThrownBy(() -> read("[1]")).hasMessageContaining("not a JSON object");
    assertThatThrownBy(() -> read("")).isInstanceOf(CofituneException.class);
  }

  private ModelConfig read(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
    return ModelConfigReader.read(folder);
  }
}
