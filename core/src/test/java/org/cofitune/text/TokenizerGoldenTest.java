package org.cofitune.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.cofitune.testing.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ids and texts that transformers gives for the fixture models. */
final class TokenizerGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"stories260K", "stories3M", "tinystories-656k", "zh-poem-750k"})
  void givesTheIdsAndTextsOfTransformers(String model) throws IOException {
    Path directory = Shared.of("fixtures/models/" + model);
    JsonNode golden = new ObjectMapper().readTree(directory.resolve("golden.json").toFile());

    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.encode(golden.get("prompt").textValue(), true))
          .isEqualTo(ints(golden.get("prompt_ids")));
      assertThat(tokenizer.encode(golden.get("loss_text").textValue(), true))
          .isEqualTo(ints(golden.get("loss_ids")));
      int[] greedy = ints(golden.get("greedy_ids"));
      String text = golden.get("greedy_text").textValue();
      boolean writesSpecialTokens = text.startsWith("<|start_story|>");
      assertThat(tokenizer.decode(greedy, !writesSpecialTokens)).isEqualTo(text);
      assertThat(tokenizer.bosTokenId()).hasValue(1);
      assertThat(tokenizer.eosTokenId()).hasValue(2);
      assertThat(tokenizer.stopTokenIds()).containsExactly(2);
      assertThat(tokenizer.isSpecial(2)).isTrue();

      StreamingDecoder stream = tokenizer.streamingDecoder(!writesSpecialTokens);
      StringBuilder pieces = new StringBuilder();
      for (int id : greedy) {
        pieces.append(stream.accept(id));
      }
      assertThat(pieces.append(stream.finish())).hasToString(text);
    }
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }
}
