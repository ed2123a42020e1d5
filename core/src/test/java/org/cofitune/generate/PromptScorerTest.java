package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptScorerTest {
  private static final double SAME = 1e-5;

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2"})
  void probabilitiesAreThoseOfTheLogLikelihoodScorer(String family) {
    TinyModel tiny =
        switch (family) {
          case "llama" -> TinyModel.llama();
          case "mistral" -> TinyModel.mistral();
          default -> TinyModel.qwen2();
        };
    try (LoadedModel model = open(tiny)) {
      Random random = new Random(5);
      List<int[]> prompts =
          List.of(
              random.ints(23, 3, 259).toArray(),
              new int[] {1},
              random.ints(40, 3, 259).toArray(),
              new int[] {1, 80});
      List<PromptScores> scores = new PromptScorer(model.decoder()).score(prompts, 3);

      LogLikelihoodScorer scorer = new LogLikelihoodScorer(model.decoder());
      for (int i = 0; i < prompts.size(); i++) {
        int[] ids = prompts.get(i);
        List<GeneratedToken> tokens = scores.get(i).tokens();
        assertThat(tokens).hasSize(ids.length - 1);
        if (ids.length > 1) {
          double[] expected =
              scorer
                  .score(List.of(ScoringRequest.of(ids, 1)), finished -> {})
                  .get(0)
                  .get(0)
                  .tokenLogProbabilities();
          for (int at = 1; at < ids.length; at++) {
            assertThat(tokens.get(at - 1).id()).isEqualTo(ids[at]);
            assertThat(tokens.get(at - 1).logprob()).isEqualTo(expected[at - 1], within(SAME));
          }
        }
      }
    }
  }

  @Test
  void alternativesAndTheNextTokenAreThoseThatTheGeneratorTells() {
    Path folder = TinyModel.llama().writeTo(temporary);
    try (LoadedModel model = open(TinyModel.llama());
        Tokenizer tokenizer = Tokenizer.load(folder)) {
      int[] prompt = {1, 100, 101};
      GenerationConfig config = GenerationConfig.greedy(1, List.of()).with().topLogprobs(4).build();
      GeneratedToken chosen =
          new Generator(model.decoder(), tokenizer)
              .generate(List.of(prompt), config)
              .get(0)
              .tokens()
              .get(0);

      GeneratedToken next =
          new PromptScorer(model.decoder()).score(List.of(prompt), 4).get(0).next();

      assertThat(next.id()).isEqualTo(chosen.id());
      assertThat(next.top()).extracting(TokenLogprob::id).isEqualTo(ids(chosen));
      assertThat(next.logprob())
          .isEqualTo(chosen.logprob(), within(SAME))
          .isEqualTo(next.top().get(0).logprob());
    }
  }

  private static List<Integer> ids(GeneratedToken token) {
    return token.top().stream().map(TokenLogprob::id).toList();
  }

  private LoadedModel open(TinyModel tiny) {
    return LoadedModel.open(tiny.writeTo(temporary), Engine.start(new EngineOptions("cpu", 1, 0)));
  }
}
