package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frequencies against those that transformers computes. */
class RotaryEmbeddingTest {
  private static final Path CASES = Path.of("src/test/resources/golden/rope.json");

  /** The reference computes in float32. */
  private static final double RELATIVE = 2e-6;

  @TempDir Path folder;

  static Stream<Named<JsonNode>> cases() throws IOException {
    List<Named<JsonNode>> cases = new java.util.ArrayList<>();
    new ObjectMapper()
        .readTree(CASES.toFile())
        .get("cases")
        .forEach(c -> cases.add(Named.of(c.get("name").asText(), c)));
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void frequenciesAreThoseOfTransformers(JsonNode golden) throws IOException {
    ModelConfig config = read(golden.get("config").toString());
    RotaryEmbedding rotary = new RotaryEmbedding(config);

    double[] frequencies = rotary.frequencies(golden.get("sequence_length").asInt());

    JsonNode expected = golden.get("inverse_frequencies");
    assertThat(frequencies).hasSize(expected.size());
    for (int i = 0; i < frequencies.length; i++) {
      assertThat(frequencies[i] / expected.get(i).asDouble()).isCloseTo(1, within(RELATIVE));
    }
    assertThat(rotary.attentionFactor())
        .isCloseTo(golden.get("attention_factor").asDouble(), within(1e-9));
  }

  @Test
  void theNewerFormOfTheSettingsReadsTheSame() throws IOException {
    String shapes =
        "\"model_type\":\"llama\",\"hidden_size\":64,\"num_attention_heads\":4,\"vocab_size\":8,"
            + "\"intermediate_size\":8,\"num_hidden_layers\":1";
    ModelConfig older =
        read(
            "{"
                + shapes
                + ",\"rope_theta\":500000.0,\"rope_scaling\":{\"type\":\"linear\",\"factor\":4}}");
    ModelConfig newer =
        read(
            "{"
                + shapes
                + ",\"rope_parameters\":{\"rope_theta\":500000.0,\"rope_type\":\"linear\","
                + "\"factor\":4}}");

    assertThat(newer).isEqualTo(older);
    assertThat(newer.ropeScaling()).isEqualTo(new RopeScaling.Linear(4));
  }

  private ModelConfig read(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
    return ModelConfigReader.read(folder);
  }
}
