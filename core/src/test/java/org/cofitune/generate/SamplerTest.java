package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.cofitune.error.CofituneException;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final int DRAWS = 20_000;

  /** Probabilities 0.1, 0.4, 0.2, 0.3. */
  private static final float[] LOGITS = logs(0.1, 0.4, 0.2, 0.3);

  @Test
  void greedyTakesTheMostLikelyTokenAndTheFirstOfEqualOnes() {
    GenerationConfig greedy = GenerationConfig.greedy(1, List.of());
    assertThat(choose(greedy, LOGITS, Set.of())).isEqualTo(1);
    assertThat(choose(greedy, new float[] {1, 2, 2, 0}, Set.of())).isEqualTo(1);
  }

  @Test
  void suppressedTokensAreNeverChosen() {
    GenerationConfig config = random().suppressTokens(List.of(1, 3, 99)).build();
    assertThat(frequencies(config, LOGITS))
        .containsExactly(new double[] {1 / 3.0, 0, 2 / 3.0, 0}, within(0.02));
    assertThat(choose(config.with().doSample(false).build(), LOGITS, Set.of())).isEqualTo(2);
  }

  @Test
  void drawsFollowTheProbabilities() {
    assertThat(frequencies(random().build(), LOGITS))
        .containsExactly(new double[] {0.1, 0.4, 0.2, 0.3}, within(0.02));
  }

  @Test
  void temperatureDividesTheLogits() {
    // Squares of the probabilities, 0.01, 0.16, 0.04, 0.09, over their sum 0.3.
    assertThat(frequencies(random().temperature(0.5).build(), LOGITS))
        .containsExactly(new double[] {0.0333, 0.5333, 0.1333, 0.3}, within(0.02));
  }

  @Test
  void temperatureZeroIsGreedy() {
    assertThat(frequencies(random().temperature(0).build(), LOGITS)).containsExactly(0, 1, 0, 0);
  }

  @Test
  void topKKeepsTheKMostLikelyTokensAndThoseAsLikelyAsTheLast() {
    assertThat(frequencies(random().topK(2).build(), LOGITS))
        .containsExactly(new double[] {0, 0.4 / 0.7, 0, 0.3 / 0.7}, within(0.02));
    assertThat(frequencies(random().topK(2).build(), logs(0.2, 0.4, 0.2, 0.2)))
        .containsExactly(new double[] {0.2, 0.4, 0.2, 0.2}, within(0.02));
    assertThat(frequencies(random().topK(4).build(), LOGITS)[0]).isPositive();
  }

  @Test
  void topPKeepsTheSmallestSetThatReachesTheProbability() {
    assertThat(frequencies(random().topP(0.65).build(), LOGITS))
        .containsExactly(new double[] {0, 0.4 / 0.7, 0, 0.3 / 0.7}, within(0.02));
    assertThat(frequencies(random().topP(0.75).build(), LOGITS))
        .containsExactly(new double[] {0, 0.4 / 0.9, 0.2 / 0.9, 0.3 / 0.9}, within(0.02));
    assertThat(frequencies(random().topP(0).build(), LOGITS)).containsExactly(0, 1, 0, 0);
  }

  @Test
  void topPCountsWhatTemperatureAndTopKLeft() {
    // top_k 2 leaves 4/7 = 0.571 and 3/7, so 0.57 needs the first alone.
    assertThat(frequencies(random().topK(2).topP(0.57).build(), LOGITS))
        .containsExactly(0, 1, 0, 0);
    // The temperature makes it 0.533 and 0.3.
    assertThat(frequencies(random().temperature(0.5).topP(0.53).build(), LOGITS))
        .containsExactly(0, 1, 0, 0);
  }

  @Test
  void minPDropsTokensBelowAShareOfTheMostLikely() {
    assertThat(frequencies(random().minP(0.6).build(), LOGITS))
        .containsExactly(new double[] {0, 0.4 / 0.7, 0, 0.3 / 0.7}, within(0.02));
  }

  @Test
  void repetitionPenaltyDividesPositiveAndMultipliesNegativeLogitsOnceForEachSeenToken() {
    GenerationConfig config =
        GenerationConfig.greedy(1, List.of()).with().repetitionPenalty(2).build();
    assertThat(choose(config, new float[] {1.4f, 2.6f, 1.2f, 1}, Set.of(1))).isEqualTo(0);
    assertThat(choose(config, new float[] {-1.4f, -1f, -1.9f, -3}, Set.of(1))).isEqualTo(0);
    assertThat(choose(config, new float[] {1, 3, 0, 0}, Set.of(1))).isEqualTo(1);
  }

  @Test
  void aLargeVocabularyGivesTheNucleusOfASlowReference() {
    int size = 5000;
    Random random = new Random(5);
    float[] logits = new float[size];
    for (int i = 0; i < size; i++) {
      logits[i] = (float) (3 * random.nextGaussian());
    }
    for (double topP : new double[] {0.1, 0.5, 0.9, 0.999}) {
      Set<Integer> expected = nucleus(logits, topP);
      double[] frequencies = frequencies(random().topP(topP).build(), logits, 2000);
      Set<Integer> drawn = new HashSet<>();
      for (int id = 0; id < size; id++) {
        if (frequencies[id] > 0) {
          drawn.add(id);
        }
      }
      assertThat(expected).as("top_p %s", topP).containsAll(drawn);
      if (topP < 0.3) {
        assertThat(drawn).hasSameSizeAs(expected);
      }
    }
  }

  @Test
  void logitsThatAreNotNumbersAreRefused() {
    float[] nan = {Float.NaN, Float.NaN, Float.NaN, Float.NaN};
    assertThatThrownBy(() -> choose(random().build(), nan, Set.of()))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void rowsDrawDifferentlyAndTheSameRowTheSame() {
    double first = Sampler.randomFor(42, 0).nextDouble();
    assertThat(Sampler.randomFor(42, 0).nextDouble()).isEqualTo(first);
    assertThat(Sampler.randomFor(42, 1).nextDouble()).isNotEqualTo(first);
    assertThat(Sampler.randomFor(43, 0).nextDouble()).isNotEqualTo(first);
  }

  private static Set<Integer> nucleus(float[] logits, double topP) {
    double highest = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElse(0);
    double[] weights =
        IntStream.range(0, logits.length).mapToDouble(i -> Math.exp(logits[i] - highest)).toArray();
    double total = Arrays.stream(weights).sum();
    List<Integer> order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted((a, b) -> Double.compare(weights[b], weights[a]))
            .toList();
    double sum = 0;
    int kept = 0;
    while (sum < topP * total) {
      sum += weights[order.get(kept++)];
    }
    return Set.copyOf(order.subList(0, Math.max(1, kept)));
  }

  private static double[] frequencies(GenerationConfig config, float[] logits) {
    return frequencies(config, logits, DRAWS);
  }

  private static double[] frequencies(GenerationConfig config, float[] logits, int draws) {
    Sampler sampler = new Sampler(logits.length);
    SplittableRandom random = Sampler.randomFor(config.sampling().seed(), 0);
    double[] counts = new double[logits.length];
    for (int i = 0; i < draws; i++) {
      counts[sampler.choose(logits, 0, config.sampling(), new BitSet(), random)] += 1.0 / draws;
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] = Math.abs(counts[i] - 1) < 1e-9 ? 1 : counts[i];
    }
    return counts;
  }

  private static int choose(GenerationConfig config, float[] logits, Set<Integer> seen) {
    BitSet bits = new BitSet();
    seen.forEach(bits::set);
    float[] shifted = new float[logits.length + 2]; // logits of a row start anywhere
    System.arraycopy(logits, 0, shifted, 2, logits.length);
    return new Sampler(logits.length)
        .choose(shifted, 2, config.sampling(), bits, new SplittableRandom(1));
  }

  private static GenerationConfig.Builder random() {
    return GenerationConfig.greedy(1, List.of()).with().doSample(true).topK(0);
  }

  private static float[] logs(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return logits;
  }
}
