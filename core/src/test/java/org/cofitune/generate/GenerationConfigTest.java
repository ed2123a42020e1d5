package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationConfigTest {
  @TempDir Path folder;

  @Test
  void theFilesValuesAreReadUnderTheNamesOfTransformers() throws IOException {
    GenerationConfig config =
        read(
            """
            {"do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.05,
             "repetition_penalty": 1.05, "max_new_tokens": 77, "eos_token_id": [2, 5],
             "stop_strings": ["###", "\\n\\n"], "suppress_tokens": [0], "pad_token_id": 0}
            """);
    assertThat(config.sampling())
        .isEqualTo(new SamplingConfig(true, 0.6, 20, 0.95, 0.05, 1.05, Set.of(0), 42));
    assertThat(config.maxNewTokens()).isEqualTo(77);
    assertThat(config.eosTokenIds()).containsExactlyInAnyOrder(2, 5);
    assertThat(config.stopStrings()).containsExactly("###", "\n\n");
    assertThat(config.tellsLogprobs()).isFalse();
  }

  @Test
  void whatTheFileLeavesOutHasTheDefaultOfTransformers() throws IOException {
    GenerationConfig config = read("{\"eos_token_id\": 2, \"temperature\": null}");
    assertThat(config.sampling())
        .isEqualTo(new SamplingConfig(false, 1.0, 50, 1.0, 0.0, 1.0, Set.of(), 42));
    assertThat(config.sampling().isRandom()).isFalse();
  }

  @Test
  void aCheckpointWithoutTheFileIsGreedyAndEndsAtTheTokenizersEndToken() throws IOException {
    Path checkpoint = TinyModel.llama().writeTo(folder);
    Files.delete(checkpoint.resolve("generation_config.json"));
    try (Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
      GenerationConfig config = GenerationConfig.read(checkpoint, tokenizer);
      assertThat(config.sampling().isRandom()).isFalse();
      assertThat(config.eosTokenIds()).containsExactly(TinyModel.EOS);
    }
  }

  @Test
  void aValueOfTheWrongTypeIsRefusedByFileAndKey() {
    assertThatThrownBy(() -> read("{\"top_p\": \"much\"}"))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("generation_config.json")
        .hasMessageContaining("top_p")
        .extracting(e -> ((CofituneException) e).kind())
        .isEqualTo(ErrorKind.FORMAT);
    assertThatThrownBy(() -> read("{\"temperature\": -1}"))
        .hasMessageContaining("generation_config.json")
        .hasMessageContaining("temperature");
  }

  @Test
  void impossibleValuesOfTheUserAreRefusedByName() {
    GenerationConfig.Builder with = GenerationConfig.greedy(1, List.of()).with();
    assertThatThrownBy(() -> with.topP(1.5).build())
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("top_p: impossible value: expected 0 to 1, found 1.5");
    assertThatThrownBy(() -> GenerationConfig.greedy(0, List.of()))
        .hasMessageContaining("max_new_tokens");
    assertThatThrownBy(
            () -> GenerationConfig.greedy(1, List.of()).with().stopStrings(List.of("")).build())
        .hasMessageContaining("stop_strings");
  }

  private GenerationConfig read(String json) throws IOException {
    Path checkpoint = TinyModel.llama().writeTo(folder.resolve("model"));
    Files.writeString(checkpoint.resolve("generation_config.json"), json);
    try (Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
      return GenerationConfig.read(checkpoint, tokenizer);
    }
  }
}
