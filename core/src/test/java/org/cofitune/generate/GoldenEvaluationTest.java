package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.Shared;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Log-likelihoods of real rows against those that transformers computes. */
class GoldenEvaluationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double LOG_LIKELIHOOD = 1e-3;

  @Test
  void choicesHaveTheLogLikelihoodsOfTransformers() throws IOException {
    JsonNode golden = JSON.readTree(Shared.of("golden/eval-stories3M.json").toFile());
    try (Tokenizer tokenizer = Tokenizer.load(Shared.of("fixtures/models/stories3M"));
        LoadedModel model = open("stories3M")) {
      LogLikelihoodScorer scorer = new LogLikelihoodScorer(model.decoder());
      for (var task : golden.get("multiple_choice").properties()) {
        List<String> rows =
            Files.readAllLines(Shared.of("fixtures/data/" + task.getKey() + ".jsonl"));
        List<ScoringRequest> requests = new ArrayList<>();
        for (JsonNode item : task.getValue().get("items")) {
          requests.add(request(tokenizer, JSON.readTree(rows.get(item.get("row").asInt())), item));
        }
        List<List<LogLikelihood>> scored = scorer.score(requests, n -> {});
        for (int i = 0; i < scored.size(); i++) {
          JsonNode item = task.getValue().get("items").get(i);
          for (int c = 0; c < scored.get(i).size(); c++) {
            assertThat(scored.get(i).get(c).tokens()).isEqualTo(item.get("tokens").get(c).asInt());
            assertThat(scored.get(i).get(c).sum())
                .as("%s row %s choice %s", task.getKey(), item.get("row"), c)
                .isCloseTo(item.get("loglikelihood").get(c).asDouble(), within(LOG_LIKELIHOOD));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"stories3M,eval-stories3M.json", "zh-poem-750k,eval-zh-poem.json"})
  void textsHaveTheLossesOfTransformers(String name, String file) throws IOException {
    JsonNode golden = JSON.readTree(Shared.of("golden/" + file).toFile());
    try (Tokenizer tokenizer = Tokenizer.load(Shared.of("fixtures/models/" + name));
        LoadedModel model = open(name)) {
      int longest = model.config().maxPositionEmbeddings();
      for (var task : golden.get("perplexity").properties()) {
        List<String> rows =
            Files.readAllLines(Shared.of("fixtures/data/" + task.getKey() + ".jsonl"));
        List<ScoringRequest> requests = new ArrayList<>();
        for (JsonNode item : task.getValue().get("items")) {
          String text = JSON.readTree(rows.get(item.get("row").asInt())).get("text").asText();
          int[] ids = tokenizer.encode(text, true);
          requests.add(ScoringRequest.of(Arrays.copyOf(ids, Math.min(longest, ids.length)), 1));
        }
        List<List<LogLikelihood>> scored =
            new LogLikelihoodScorer(model.decoder()).score(requests, n -> {});
        for (int i = 0; i < scored.size(); i++) {
          JsonNode item = task.getValue().get("items").get(i);
          assertThat(-scored.get(i).get(0).sum())
              .as("%s row %s", task.getKey(), item.get("row"))
              .isCloseTo(item.get("nll").asDouble(), within(LOG_LIKELIHOOD));
        }
      }
    }
  }

  private static LoadedModel open(String name) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    return LoadedModel.open(Shared.of("fixtures/models/" + name), engine);
  }

  private static ScoringRequest request(Tokenizer tokenizer, JsonNode row, JsonNode item) {
    String context = "Question: " + row.get("question").asText() + "\nAnswer:";
    int from = tokenizer.encode(context, true).length;
    assertThat(from).isEqualTo(item.get("context_tokens").asInt());
    List<ScoringRequest.ScoredSequence> texts = new ArrayList<>();
    for (JsonNode choice : row.get("choices")) {
      int[] ids = tokenizer.encode(context + " " + choice.asText(), true);
      texts.add(new ScoringRequest.ScoredSequence(ids, from));
    }
    return new ScoringRequest(texts);
  }
}
