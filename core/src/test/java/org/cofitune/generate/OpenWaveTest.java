package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenWaveTest {
  private static final GenerationConfig GREEDY =
      GenerationConfig.greedy(20, List.of(TinyModel.EOS));

  @TempDir Path temporary;
  private LoadedModel model;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() {
    Path folder = TinyModel.llama().withContextLength(64).writeTo(temporary);
    model = LoadedModel.open(folder, Engine.start(new EngineOptions("cpu", 1, 0)));
    tokenizer = Tokenizer.load(folder);
  }

  @AfterEach
  void close() {
    tokenizer.close();
    model.close();
  }

  /** Lets one request out at a time, every few polls, and keeps what became of each. */
  private static final class Trickle implements GenerationSource, GenerationListener {
    final Map<Integer, Generation> finished = new TreeMap<>();
    final List<Integer> order = new ArrayList<>();
    int mostAtOnce;
    private final Deque<GenerationRequest> rest;
    private final int every;
    private int polls;
    private int begun;

    Trickle(List<GenerationRequest> requests, int every) {
      this.rest = new ArrayDeque<>(requests);
      this.every = every;
    }

    @Override
    public List<Arrival> poll(int room, boolean idle) {
      boolean comes = (idle || polls++ % every == 0) && room > 0 && !rest.isEmpty();
      if (!comes) {
        return List.of();
      }
      mostAtOnce = Math.max(mostAtOnce, begun + 1 - finished.size());
      return List.of(new Arrival(begun++, rest.remove(), this));
    }

    @Override
    public void onFinished(int row, Generation generation) {
      finished.put(row, generation);
      order.add(row);
    }
  }

  private static List<GenerationRequest> requests() {
    List<GenerationRequest> requests = new ArrayList<>();
    Random random = new Random(3);
    for (int row = 0; row < 11; row++) {
      int[] prompt = random.ints(1 + random.nextInt(30), 3, 259).toArray();
      requests.add(
          new GenerationRequest(
              prompt,
              GREEDY
                  .with()
                  .doSample(row % 2 == 0)
                  .maxNewTokens(1 + random.nextInt(25))
                  .topLogprobs(2)
                  .build()));
    }
    return requests;
  }

  @Test
  void aTextThatJoinsLaterIsTheOneThatItWouldBeAlone() {
    List<GenerationRequest> requests = requests();
    List<Generation> together =
        new Generator(model.decoder(), tokenizer).generate(requests, GenerationListener.NONE);
    for (BatchLimits limits :
        List.of(new BatchLimits(1, 0), new BatchLimits(3, 1 << 30), new BatchLimits(100, 60_000))) {
      Trickle source = new Trickle(requests, 3);
      new Generator(model.decoder(), tokenizer, limits).generate(source);
      for (int row = 0; row < requests.size(); row++) {
        assertThat(source.finished.get(row).ids())
            .as("%s row %s", limits, row)
            .containsExactly(together.get(row).ids());
        assertThat(source.finished.get(row).text()).isEqualTo(together.get(row).text());
      }
    }
  }

  @Test
  void aTextJoinsBeforeTheRunningOnesEnd() {
    GenerationRequest longText =
        new GenerationRequest(new int[] {1, 100}, GREEDY.with().maxNewTokens(40).build());
    GenerationRequest shortText =
        new GenerationRequest(new int[] {1, 90}, GREEDY.with().maxNewTokens(2).build());
    Trickle source = new Trickle(List.of(longText, shortText), 3);

    new Generator(model.decoder(), tokenizer).generate(source);

    assertThat(source.order).containsExactly(1, 0);
  }

  @Test
  void noMoreRunAtOnceThanAreAllowed() {
    Trickle source = new Trickle(requests(), 1);

    new Generator(model.decoder(), tokenizer, new BatchLimits(3, 1 << 30)).generate(source);

    assertThat(source.mostAtOnce).isEqualTo(3);
    assertThat(source.finished).hasSize(11);
  }

  @Test
  void theTokenThatEndsATextIsToldWithItsProbability() {
    int[] prompt = {1, 100};
    Generator generator = new Generator(model.decoder(), tokenizer);
    GenerationConfig config = GREEDY.with().topLogprobs(1).build();
    GeneratedToken third = generator.generate(List.of(prompt), config).get(0).tokens().get(2);
    List<GeneratedToken> stops = new ArrayList<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onStopToken(int row, GeneratedToken token) {
            stops.add(token);
          }
        };

    generator.generate(
        List.of(prompt), config.with().eosTokenIds(List.of(third.id())).build(), listener);

    assertThat(stops).containsExactly(third);
  }
}
