package org.cofitune.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.cofitune.generate.Generation;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.Generator;
import org.cofitune.generate.LogLikelihoodScorer;
import org.cofitune.generate.PromptScorer;
import org.cofitune.generate.ScoringRequest;
import org.cofitune.server.TinyServer.Reply;
import org.cofitune.testing.Shared;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionsTest {
  private static final double SAME = 1e-5;

  @TempDir Path directory;
  private TinyServer server;

  @BeforeEach
  void start() {
    server = TinyServer.start(TinyModel.llama().withContextLength(64).writeTo(directory));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Reply complete(String json) {
    return server.post(TinyServer.COMPLETIONS, json);
  }

  @Test
  void aTextGoesOnAsTheGeneratorContinuesIt() {
    Generation expected =
        new Generator(server.model.decoder(), server.tokenizer)
            .generate(
                List.of(server.tokenizer.encode("abc", true)),
                GenerationConfig.greedy(9, List.of(TinyModel.EOS)))
            .get(0);

    Reply reply =
        complete("{\"model\":\"tiny\",\"prompt\":\"abc\",\"max_tokens\":9,\"temperature\":0}");

    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    JsonNode json = reply.json();
    assertThat(json.path("id").asText()).startsWith("cmpl-");
    assertThat(json.path("object").asText()).isEqualTo("text_completion");
    assertThat(json.path("created").isIntegralNumber()).isTrue();
    assertThat(json.path("model").asText()).isEqualTo("tiny");
    assertThat(reply.choice().path("text").asText()).isEqualTo(expected.text());
    assertThat(reply.choice().path("index").asInt(-1)).isZero();
    assertThat(reply.choice().path("logprobs").isNull()).isTrue();
    assertThat(reply.choice().path("finish_reason").asText()).isEqualTo("length");
    assertThat(json.path("usage").path("prompt_tokens").asInt()).isEqualTo(4);
    assertThat(json.path("usage").path("completion_tokens").asInt()).isEqualTo(9);
    assertThat(json.path("usage").path("total_tokens").asInt()).isEqualTo(13);
  }

  /** The request, and the reading of the response, of lm-evaluation-harness's local-completions. */
  @Test
  void likelihoodsAsLmEvaluationHarnessAsksForThemAreTheScorers() {
    assertLikelihoods(server, TinyServer.NAME, 259);
  }

  @Test
  void likelihoodsOfARealModelAreTheScorers() {
    Path checkpoint = Shared.of("fixtures/models/stories3M");
    try (TinyServer real = TinyServer.start(checkpoint)) {
      assertLikelihoods(real, TinyServer.NAME, 4096);
    }
  }

  private static void assertLikelihoods(TinyServer server, String model, int vocabulary) {
    Random random = new Random(7);
    List<int[]> prompts = new ArrayList<>();
    for (int length : new int[] {12, 2, 31}) {
      prompts.add(random.ints(length, 3, vocabulary).toArray());
    }
    // A greedy continuation, so that both values of is_greedy occur.
    int[] begun = prompts.get(1);
    int best = new PromptScorer(server.model.decoder()).score(List.of(begun), 1).get(0).next().id();
    prompts.add(new int[] {begun[0], begun[1], best});

    Reply reply =
        server.post(
            TinyServer.COMPLETIONS,
            "{\"model\":\""
                + model
                + "\",\"prompt\":"
                + prompts.stream().map(Arrays::toString).toList()
                + ",\"temperature\":0,\"max_tokens\":1,\"logprobs\":1,\"seed\":1234,\"echo\":true}");

    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    LogLikelihoodScorer scorer = new LogLikelihoodScorer(server.model.decoder());
    List<Boolean> greedy = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      int[] ids = prompts.get(i);
      JsonNode choice = reply.json().path("choices").path(i);
      JsonNode logprobs = choice.path("logprobs");
      assertThat(choice.path("index").asInt()).isEqualTo(i);
      for (String list : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
        assertThat(logprobs.path(list).size()).as(list).isEqualTo(ids.length + 1);
      }
      assertThat(logprobs.path("token_logprobs").path(0).isNull()).isTrue();
      assertThat(logprobs.path("top_logprobs").path(0).isNull()).isTrue();
      int from = ids.length - 1; // ctxlen
      var expected = scorer.score(List.of(ScoringRequest.of(ids, 1)), done -> {}).get(0).get(0);
      for (int at = 1; at < ids.length; at++) {
        assertThat(logprobs.path("token_logprobs").path(at).asDouble())
            .isEqualTo(expected.tokenLogProbabilities()[at - 1], within(SAME));
      }
      boolean isGreedy = true;
      for (int at = from; at < ids.length; at++) {
        double own = logprobs.path("token_logprobs").path(at).asDouble();
        double most = Double.NEGATIVE_INFINITY;
        for (JsonNode one : logprobs.path("top_logprobs").path(at)) {
          most = Math.max(most, one.asDouble());
        }
        isGreedy &= own == most;
      }
      assertThat(isGreedy)
          .isEqualTo(
              scorer
                  .score(List.of(ScoringRequest.of(ids, from)), done -> {})
                  .get(0)
                  .get(0)
                  .greedy());
      greedy.add(isGreedy);
    }
    assertThat(greedy).contains(true, false);
  }

  @Test
  void theTokenBehindAScoredPromptIsTheOneThatGenerationGives() {
    String common =
        "\"prompt\":\"hello\",\"temperature\":0,\"max_tokens\":1,\"logprobs\":3,\"echo\":true}";

    JsonNode scored = complete("{" + common).choice();
    JsonNode generated = complete("{\"stop\":\"never said\"," + common).choice();

    assertThat(scored.path("text")).isEqualTo(generated.path("text"));
    assertThat(scored.path("text").asText()).startsWith("hello");
    assertThat(scored.path("logprobs").path("tokens"))
        .isEqualTo(generated.path("logprobs").path("tokens"));
    assertThat(scored.path("logprobs").path("text_offset").toString()).isEqualTo("[0,0,1,2,3,4,5]");
  }

  /** It drops the last token without looking, so there must be one. */
  @Test
  void aTokenThatEndsTheTextStandsBehindAScoredPromptToo() throws IOException {
    server.close();
    Path folder = TinyModel.llama().writeTo(directory.resolve("ending"));
    server = TinyServer.start(folder);
    int[] prompt = {1, 80, 81};
    int next =
        new PromptScorer(server.model.decoder()).score(List.of(prompt), 1).get(0).next().id();
    server.close();
    Files.writeString(
        folder.resolve("generation_config.json"), "{\"eos_token_id\": [2, " + next + "]}");
    server = TinyServer.start(folder);

    String common = "\"prompt\":[1,80,81],\"temperature\":0,\"logprobs\":0,\"echo\":true}";
    for (String request : List.of("{\"max_tokens\":1,", "{\"max_tokens\":2,")) {
      JsonNode choice = complete(request + common).choice();
      assertThat(choice.path("logprobs").path("token_logprobs").size()).isEqualTo(4);
      assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
      assertThat(choice.path("text").asText()).isEqualTo("MN");
    }
  }

  @Test
  void aPromptAloneCanBeScoredUpToTheWholeContext() {
    int[] full = new Random(3).ints(64, 3, 259).toArray();
    String ids = Arrays.toString(full);

    Reply scored =
        complete("{\"prompt\":" + ids + ",\"max_tokens\":0,\"logprobs\":0,\"echo\":true}");
    Reply continued = complete("{\"prompt\":" + ids + ",\"max_tokens\":1}");

    assertThat(scored.choice().path("logprobs").path("token_logprobs").size()).isEqualTo(64);
    assertThat(scored.json().path("usage").path("completion_tokens").asInt()).isZero();
    assertThat(continued.status()).isEqualTo(400);
    assertThat(continued.json().path("error").path("code").asText())
        .isEqualTo("context_length_exceeded");
  }

  @Test
  void anEchoWithoutNumbersNeedsNoModel() {
    Reply reply = complete("{\"prompt\":[\"ab\",\"c\"],\"max_tokens\":0,\"echo\":true}");

    assertThat(reply.json().path("choices").findValuesAsText("text")).containsExactly("ab", "c");
  }

  @Test
  void aSeedMakesASampleComeAgain() {
    String request = "{\"prompt\":\"abc\",\"max_tokens\":20,\"temperature\":1,\"seed\":";

    String first = complete(request + "1}").choice().path("text").asText();

    assertThat(complete(request + "1}").choice().path("text").asText()).isEqualTo(first);
    assertThat(complete(request + "2}").choice().path("text").asText()).isNotEqualTo(first);
  }

  @Test
  void aStopStringEndsTheText() {
    String request = "{\"prompt\":\"abc\",\"max_tokens\":20,\"temperature\":0";
    String whole = complete(request + "}").choice().path("text").asText();
    String stop =
        whole
            .codePoints()
            .filter(c -> c > ' ' && c < 127 && c != '"' && c != '\\')
            .mapToObj(Character::toString)
            .findFirst()
            .orElseThrow();

    JsonNode stopped = complete(request + ",\"stop\":[\"" + stop + "\"]}").choice();

    assertThat(stopped.path("text").asText()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    assertThat(stopped.path("finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void alternativesAreAsManyAsAskedForAndTheChosenTokenIsAmongThem() {
    JsonNode logprobs =
        complete("{\"prompt\":\"abc\",\"max_tokens\":3,\"temperature\":0,\"logprobs\":4}")
            .choice()
            .path("logprobs");

    for (int i = 0; i < 3; i++) {
      JsonNode top = logprobs.path("top_logprobs").path(i);
      assertThat(top.size()).isEqualTo(4);
      assertThat(top.path(logprobs.path("tokens").path(i).asText()).asDouble())
          .isEqualTo(logprobs.path("token_logprobs").path(i).asDouble());
    }
  }
}
