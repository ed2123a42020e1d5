package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.ProcessMemory;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Decoder;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {
  private static final GenerationConfig GREEDY =
      GenerationConfig.greedy(20, List.of(TinyModel.EOS));

  @TempDir Path temporary;
  private LoadedModel model;
  private Tokenizer tokenizer;
  private Generator generator;

  @BeforeEach
  void open() {
    Path folder = TinyModel.llama().withContextLength(64).writeTo(temporary);
    Engine engine = Engine.start(new EngineOptions("cpu", 1, 0));
    model = LoadedModel.open(folder, engine);
    tokenizer = Tokenizer.load(folder);
    generator = new Generator(model.decoder(), tokenizer);
  }

  @AfterEach
  void close() {
    tokenizer.close();
    model.close();
  }

  @Test
  void greedyTokensAreThoseOfAFullRecompute() {
    int[] prompt = tokenizer.encode("abc", true);
    Generation generation = generator.generate(List.of(prompt), GREEDY).get(0);
    int[] ids = prompt;
    for (GeneratedToken token : generation.tokens()) {
      double[] logits = lastLogits(ids);
      int best =
          IntStream.range(0, logits.length)
              .reduce((a, b) -> logits[b] > logits[a] ? b : a)
              .orElseThrow();
      assertThat(token.id()).isEqualTo(best);
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] = token.id();
    }
    assertThat(generation.tokens()).hasSize(20);
    assertThat(generation.promptTokens()).isEqualTo(4);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void aRowIsTheSameInEveryBatchAndInTheOrderOfTheRequests() {
    List<GenerationRequest> requests = new ArrayList<>();
    Random random = new Random(3);
    for (int row = 0; row < 11; row++) {
      int[] prompt = random.ints(1 + random.nextInt(30), 3, 259).toArray();
      boolean sampled = row % 2 == 0;
      requests.add(
          new GenerationRequest(
              prompt,
              GREEDY.with().doSample(sampled).maxNewTokens(1 + random.nextInt(25)).build()));
    }
    List<Generation> together = generator.generate(requests, GenerationListener.NONE);
    for (BatchLimits limits :
        List.of(new BatchLimits(1, 0), new BatchLimits(3, 1 << 30), new BatchLimits(100, 60_000))) {
      List<Generation> again =
          new Generator(model.decoder(), tokenizer, limits)
              .generate(requests, GenerationListener.NONE);
      assertThat(again).as("%s", limits).isEqualTo(together);
    }
    for (int row = 0; row < requests.size(); row++) {
      assertThat(together.get(row).promptTokens()).isEqualTo(requests.get(row).prompt().length);
      assertThat(together.get(row).tokens())
          .hasSizeLessThanOrEqualTo(requests.get(row).config().maxNewTokens());
    }
  }

  @Test
  void samplesOfOneRowAreTheSameForTheSameSeedAndDifferOtherwise() {
    int[] prompt = tokenizer.encode("x", true);
    GenerationConfig sampled = GREEDY.with().doSample(true).build();
    List<Generation> first = generator.generate(List.of(prompt, prompt), sampled);
    assertThat(generator.generate(List.of(prompt, prompt), sampled)).isEqualTo(first);
    assertThat(first.get(1).ids()).isNotEqualTo(first.get(0).ids());
    assertThat(generator.generate(List.of(prompt), sampled.with().seed(7).build()).get(0).ids())
        .isNotEqualTo(first.get(0).ids());
  }

  @Test
  void aStopTokenEndsTheTextAndIsNotPartOfIt() {
    int[] prompt = tokenizer.encode("abc", true);
    int[] ids = generator.generate(List.of(prompt), GREEDY).get(0).ids();
    int stop = ids[5];
    int at = IntStream.range(0, ids.length).filter(i -> ids[i] == stop).findFirst().orElseThrow();
    Generation stopped =
        generator
            .generate(List.of(prompt), GREEDY.with().eosTokenIds(List.of(stop)).build())
            .get(0);
    assertThat(stopped.ids()).containsExactly(Arrays.copyOf(ids, at));
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP_TOKEN);
  }

  @Test
  void aStopStringEndsTheTextAcrossTokenBoundaries() {
    Generation whole = ascii(GREEDY);
    String stop = whole.text().substring(4, 7); // three bytes, hence three tokens
    int at = whole.text().indexOf(stop);
    Generation stopped = ascii(GREEDY.with().stopStrings(List.of("no such", stop)).build());
    assertThat(stopped.text()).isEqualTo(whole.text().substring(0, at));
    assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    assertThat(stopped.tokens()).hasSize(at + 3);
  }

  @Test
  void theContextIsFilledToTheLastPlace() {
    int[] prompt = new int[60];
    Arrays.fill(prompt, 80);
    Generation generation = generator.generate(List.of(prompt), GREEDY).get(0);
    assertThat(generation.tokens()).hasSize(4);
    assertThat(generation.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
  }

  @Test
  void promptsThatCannotBeContinuedAreRefusedByRow() {
    int[] good = {1, 70};
    for (int[] bad : List.of(new int[0], new int[64], new int[] {1, 259}, new int[] {-1})) {
      assertThatThrownBy(() -> generator.generate(List.of(good, bad), GREEDY))
          .isInstanceOf(CofituneException.class)
          .hasMessageStartingWith("prompt 2: ")
          .extracting(e -> ((CofituneException) e).kind())
          .isEqualTo(ErrorKind.DATA);
    }
  }

  @Test
  void theListenerHearsTheTextInPieces() {
    Map<Integer, StringBuilder> pieces = new TreeMap<>();
    Map<Integer, List<Integer>> ids = new TreeMap<>();
    Map<Integer, Generation> finished = new TreeMap<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onToken(int row, GeneratedToken token) {
            ids.computeIfAbsent(row, r -> new ArrayList<>()).add(token.id());
          }

          @Override
          public void onText(int row, String piece) {
            assertThat(piece).isNotEmpty();
            pieces.computeIfAbsent(row, r -> new StringBuilder()).append(piece);
          }

          @Override
          public void onFinished(int row, Generation generation) {
            finished.put(row, generation);
          }
        };
    List<int[]> prompts = List.of(new int[] {1, 100, 101}, new int[] {1, 90});
    List<Generation> generations = generator.generate(prompts, GREEDY, listener);
    for (int row = 0; row < prompts.size(); row++) {
      assertThat(pieces.get(row)).hasToString(generations.get(row).text());
      assertThat(ids.get(row))
          .containsExactlyElementsOf(
              generations.get(row).tokens().stream().map(GeneratedToken::id).toList());
      assertThat(finished.get(row)).isEqualTo(generations.get(row));
    }
  }

  @Test
  void aCancelledRowEndsAndTheOthersGoOn() {
    GenerationListener listener =
        new GenerationListener() {
          private int asked;

          @Override
          public boolean isCancelled(int row) {
            return row == 0 && ++asked > 3;
          }
        };
    List<int[]> prompts = List.of(new int[] {1, 100}, new int[] {1, 90});
    List<Generation> generations = generator.generate(prompts, GREEDY, listener);
    assertThat(generations.get(0).finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(generations.get(0).tokens()).hasSize(3);
    assertThat(generations.get(1).tokens()).hasSize(20);
  }

  @Test
  void logProbabilitiesAreThoseOfAFullRecompute() {
    int[] prompt = {1, 100, 101};
    GenerationConfig config = GREEDY.with().topLogprobs(3).temperature(2).doSample(true).build();
    Generation generation = generator.generate(List.of(prompt), config).get(0);
    double[] logits = lastLogits(prompt);
    double normaliser = Math.log(Arrays.stream(logits).map(Math::exp).sum());
    GeneratedToken token = generation.tokens().get(0);
    assertThat(token.logprob()).isEqualTo(logits[token.id()] - normaliser, within(1e-4));
    int[] best =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted((a, b) -> Double.compare(logits[b], logits[a]))
            .limit(3)
            .mapToInt(Integer::intValue)
            .toArray();
    assertThat(token.top()).extracting(TokenLogprob::id).containsExactly(best[0], best[1], best[2]);
    assertThat(token.top().get(0).logprob()).isEqualTo(logits[best[0]] - normaliser, within(1e-4));
    assertThat(generator.generate(List.of(prompt), GREEDY).get(0).tokens().get(0).logprob())
        .isNaN();
  }

  @Test
  void theCommonBeginningOfPromptsIsComputedOnceAndChangesNothing() {
    int[] prefix = new Random(9).ints(30, 3, 259).toArray();
    List<int[]> prompts = new ArrayList<>();
    for (int[] rest : new int[][] {{80}, {81, 82, 83}, {80}, {90, 91}}) {
      int[] prompt = Arrays.copyOf(prefix, prefix.length + rest.length);
      System.arraycopy(rest, 0, prompt, prefix.length, rest.length);
      prompts.add(prompt);
    }
    GenerationConfig config = GREEDY.with().maxNewTokens(6).build();
    List<Generation> together = generator.generate(prompts, config);
    // The prefix, the rests, and each of five tokens (the last one is not needed).
    assertThat(generator.forwardTokens()).isEqualTo(30 + 7 + 4 * 5);
    for (int row = 0; row < prompts.size(); row++) {
      assertThat(generator.generate(List.of(prompts.get(row)), config).get(0))
          .isEqualTo(together.get(row));
    }
  }

  @Test
  void aConversationComputesOnlyWhatIsNewAndAnswersAsWithoutMemory() {
    GenerationConfig config = GREEDY.with().maxNewTokens(5).build();
    try (Conversation conversation = generator.conversation()) {
      int[] first = {1, 70, 71, 72};
      Generation answer = conversation.answer(first, config, GenerationListener.NONE);
      assertThat(answer).isEqualTo(generator.generate(List.of(first), config).get(0));
      assertThat(conversation.forwardTokens()).isEqualTo(4 + 4);

      int[] second =
          IntStream.concat(
                  IntStream.concat(Arrays.stream(first), Arrays.stream(answer.ids())),
                  IntStream.of(90, 91))
              .toArray();
      assertThat(conversation.answer(second, config, GenerationListener.NONE))
          .isEqualTo(generator.generate(List.of(second), config).get(0));
      // The answer's last token and the two new ones, then four of the five generated.
      assertThat(conversation.forwardTokens()).isEqualTo(8 + 3 + 4);

      int[] another = {1, 70, 100};
      assertThat(conversation.answer(another, config, GenerationListener.NONE))
          .isEqualTo(generator.generate(List.of(another), config).get(0));
      assertThat(conversation.forwardTokens()).isEqualTo(15 + 1 + 4);
    }
  }

  @Test
  void threeHundredGenerationsLeaveMemoryFlat() {
    List<int[]> prompts = List.of(new int[] {1, 100, 101}, new int[] {1, 90}, new int[30]);
    GenerationConfig sampled = GREEDY.with().doSample(true).maxNewTokens(8).build();
    for (int i = 0; i < 60; i++) {
      generator.generate(prompts, sampled);
    }
    long before = ProcessMemory.now().resident();
    long pointers = Pointer.totalCount();
    long most = pointers;
    for (int i = 0; i < 300; i++) {
      generator.generate(prompts, sampled);
      most = Math.max(most, Pointer.totalCount());
    }
    // What is not closed stays counted until the garbage collector happens to find it.
    assertThat(most - pointers).as("native objects left").isLessThan(10);
    assertThat(ProcessMemory.now().resident() - before).as("bytes grown").isLessThan(32L << 20);
  }

  /** A text of single-byte characters. */
  private Generation ascii(GenerationConfig config) {
    List<Integer> others =
        IntStream.range(0, TinyModel.VOCABULARY)
            .filter(id -> id < TinyModel.FIRST_BYTE + ' ' || id > TinyModel.FIRST_BYTE + '~')
            .boxed()
            .toList();
    return generator
        .generate(List.of(new int[] {1, 100}), config.with().suppressTokens(others).build())
        .get(0);
  }

  private double[] lastLogits(int[] ids) {
    Decoder decoder = model.decoder();
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      Tensor hidden =
          decoder.layers(
              0,
              decoder.layers(),
              decoder.embed(HostTensors.ofIds(ids)),
              decoder.packed(new int[] {0, ids.length}));
      return HostTensors.toDoubles(
          decoder.logits(decoder.finalNorm(hidden.narrow(0, ids.length - 1, 1))));
    }
  }
}
