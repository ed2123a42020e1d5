package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.cofitune.engine.Precision;
import org.cofitune.model.Decoder;
import org.cofitune.model.GoldenFolders;
import org.cofitune.model.GoldenModel;
import org.cofitune.model.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LogLikelihoodScorerTest {
  private static final int VOCABULARY = 29;

  static Stream<Path> compactModels() {
    return GoldenFolders.all().filter(path -> !path.startsWith("../../shared"));
  }

  @ParameterizedTest
  @MethodSource("compactModels")
  void sharingTheBeginningGivesTheNumbersOfScoringEachTextAlone(Path model) {
    try (GoldenModel golden = GoldenModel.open(model, Precision.FLOAT64);
        Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters)) {
      List<ScoringRequest> requests = requests(12);
      LogLikelihoodScorer sharing = new LogLikelihoodScorer(decoder, 60, true);
      LogLikelihoodScorer alone = new LogLikelihoodScorer(decoder, 1, false);

      List<List<LogLikelihood>> shared = sharing.score(requests, n -> {});
      List<List<LogLikelihood>> separate = alone.score(requests, n -> {});

      for (int r = 0; r < requests.size(); r++) {
        for (int s = 0; s < shared.get(r).size(); s++) {
          assertThat(shared.get(r).get(s).tokenLogProbabilities())
              .containsExactly(separate.get(r).get(s).tokenLogProbabilities(), within(1e-10));
          assertThat(shared.get(r).get(s).greedy()).isEqualTo(separate.get(r).get(s).greedy());
        }
      }
      assertThat(sharing.forwardTokens()).isLessThan(alone.forwardTokens() / 2);
    }
  }

  @Test
  void theScoreIsTheLogSoftmaxOfTheGoldenLogits() {
    try (GoldenModel golden =
            GoldenModel.open(Path.of("src/test/resources/golden/b_llama3_gqa"), Precision.FLOAT64);
        Parameters parameters = golden.parameters();
        Decoder decoder = new Decoder(golden.config(), parameters)) {
      int[] ids =
          java.util.Arrays.stream(golden.batch(0, "labels").row(0))
              .mapToInt(Math::toIntExact)
              .toArray();
      double[] logits = golden.expected("logits.alone.0");

      LogLikelihood scored =
          new LogLikelihoodScorer(decoder)
              .score(List.of(ScoringRequest.of(ids, 3)), n -> {})
              .get(0)
              .get(0);

      assertThat(scored.tokens()).isEqualTo(ids.length - 3);
      for (int at = 3; at < ids.length; at++) {
        double sum = 0;
        for (int v = 0; v < VOCABULARY; v++) {
          sum += Math.exp(logits[(at - 1) * VOCABULARY + v]);
        }
        double expected = logits[(at - 1) * VOCABULARY + ids[at]] - Math.log(sum);
        assertThat(scored.tokenLogProbabilities()[at - 3]).isCloseTo(expected, within(1e-9));
      }
    }
  }

  @Test
  void aTextWithNothingBeforeItsFirstScoredTokenIsRefused() {
    assertThatThrownBy(() -> ScoringRequest.of(new int[] {1, 2}, 0))
        .hasMessageContaining("token 0");
    assertThatThrownBy(() -> ScoringRequest.of(new int[] {1, 2}, 3))
        .hasMessageContaining("token 3");
  }

  /** Contexts with four continuations each, some of one token, some alike, one empty. */
  private static List<ScoringRequest> requests(int count) {
    SplittableRandom random = new SplittableRandom(5);
    List<ScoringRequest> requests = new ArrayList<>();
    for (int r = 0; r < count; r++) {
      int[] context = random.ints(10 + r % 3, 3, VOCABULARY).toArray();
      List<ScoringRequest.ScoredSequence> texts = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        int[] ids = java.util.Arrays.copyOf(context, context.length + (c * r) % 4);
        for (int i = context.length; i < ids.length; i++) {
          ids[i] = random.nextInt(3, 7);
        }
        texts.add(new ScoringRequest.ScoredSequence(ids, context.length));
      }
      requests.add(new ScoringRequest(texts));
    }
    return requests;
  }
}
