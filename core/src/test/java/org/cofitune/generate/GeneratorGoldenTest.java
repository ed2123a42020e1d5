package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.Shared;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Greedy texts of published models against those of transformers. */
class GeneratorGoldenTest {

  @ParameterizedTest
  @ValueSource(strings = {"stories260K", "stories3M", "tinystories-656k", "zh-poem-750k"})
  void greedyIdsAndTextAreThoseOfTransformers(String name) throws IOException {
    Path folder = Shared.of("fixtures/models/" + name);
    JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
    int[] expected = integers(golden.get("greedy_ids"));
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu"));
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        LoadedModel model = LoadedModel.open(folder, engine)) {
      int[] prompt = tokenizer.encode(golden.get("prompt").textValue(), true);
      int[] shorter = Arrays.copyOf(prompt, prompt.length - 1);
      boolean ended = name.startsWith("zh");
      GenerationConfig config =
          GenerationConfig.read(folder, tokenizer)
              .with()
              .maxNewTokens(expected.length - prompt.length + (ended ? 1 : 0))
              .suppressTokens(IntStream.of(integers(golden.get("banned_ids"))).boxed().toList())
              .build();

      Generator generator = new Generator(model.decoder(), tokenizer);
      for (Generation generation :
          List.of(
              generator.generate(List.of(prompt), config).get(0),
              generator.generate(List.of(shorter, prompt, shorter), config).get(1))) {
        assertThat(concatenated(prompt, generation.ids())).containsExactly(expected);
        assertThat(tokenizer.decode(prompt, true) + generation.text())
            .isEqualTo(tokenizer.decode(expected, true));
        assertThat(generation.finishReason())
            .isEqualTo(ended ? FinishReason.STOP_TOKEN : FinishReason.LENGTH);
      }
    }
  }

  private static int[] concatenated(int[] prompt, int[] text) {
    return IntStream.concat(Arrays.stream(prompt), Arrays.stream(text)).toArray();
  }

  private static int[] integers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }
}
