package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cofitune.data.RowFiles.write;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.Shared;
import org.cofitune.text.AlpacaPrompt;
import org.cofitune.text.RawText;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExampleReaderTest {
  private static final Tokenizer LLAMA = TinyTokenizers.llama();
  private static final String SHORT = "{\"input_ids\": [1, 4, 5], \"labels\": [-100, 4, 5]}";
  private static final String LATE =
      "{\"input_ids\": [1, 4, 5, 6, 7], \"labels\": [-100, -100, -100, -100, 7]}";
  private static final String LONG =
      "{\"input_ids\": [1, 4, 5, 6, 7], \"labels\": [-100, 4, 5, 6, 7]}";
  private static final String UNSUPERVISED =
      "{\"input_ids\": [1, 4, 5], \"labels\": [1, -100, -100]}";

  @TempDir Path folder;

  @Test
  void longRowsAreTruncatedAndCounted() {
    ExampleSet set = read(limit(4), SHORT, LONG);

    assertThat(set.examples()).extracting(TokenizedExample::tokens).containsExactly(3, 4);
    assertThat(set.examples()).extracting(TokenizedExample::truncated).containsExactly(false, true);
    assertThat(set.examples().get(1).labels()).containsExactly(-100, 4, 5, 6);
    assertThat(set.report().rowsTruncated()).isEqualTo(1);
    assertThat(set.tokens()).isEqualTo(7);
    assertThat(set.supervisedTokens()).isEqualTo(5);
  }

  @Test
  void longRowsAreSkippedAndCountedWhenTheRecipeSaysSo() {
    ExampleSet set = read(limit(4).withOnTooLong(OnTooLong.SKIP), LONG, SHORT);

    assertThat(set.size()).isEqualTo(1);
    assertThat(set.report().rowsTruncated()).isZero();
    assertThat(set.report().firstSkipped().get(0).reason())
        .contains(":1: row is longer than cutoff_len: expected at most 4 tokens, found 5");
  }

  @Test
  void aLongRowEndsTheReadingWhenTheRecipeSaysSo() {
    assertDataError(
        () -> read(limit(4).withOnTooLong(OnTooLong.FAIL), SHORT, LONG),
        ":2: row is longer than cutoff_len");
  }

  @Test
  void aRowWhoseAnswerLiesBehindTheCutoffHasNothingToSupervise() {
    assertDataError(
        () -> read(limit(4), SHORT, LATE),
        ":2: row has nothing to supervise: expected a supervised token among the first 4,"
            + " found the first at token 5 of 5; raise cutoff_len above 4");
  }

  @Test
  void theLabelOfTheFirstTokenSupervisesNothing() {
    assertDataError(() -> read(limit(4), SHORT, UNSUPERVISED), ":2: row has nothing to supervise");
  }

  @Test
  void rowsWithNothingToSuperviseAreSkippedAndCountedWhenTheRecipeSaysSo() {
    ExampleSet set =
        read(limit(4).withOnBadRow(OnBadRow.SKIP), UNSUPERVISED, SHORT, LATE, "{", SHORT);

    assertThat(set.size()).isEqualTo(2);
    assertThat(set.report().rowsRead()).isEqualTo(5);
    assertThat(set.report().rowsSkipped()).isEqualTo(3);
    assertThat(set.report().rowsTruncated()).isZero();
  }

  @Test
  void theFirstBadRowIsNamedWhateverIsWrongBehindIt() {
    assertDataError(() -> read(limit(4), SHORT, UNSUPERVISED, "{"), ":2: row has nothing");
    assertDataError(() -> read(limit(4), SHORT, "{", UNSUPERVISED), ":2: malformed JSON");
  }

  @Test
  void examplesKeepTheOrderOfTheirRows() {
    String[] lines = new String[5000];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "{\"text\": \"" + i + "\"}";
    }

    assertThat(read(limit(50), lines).examples())
        .extracting(example -> example.source().line())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 5000).boxed().toList());
  }

  @Test
  void whereNoRowIsLeftTheFirstReasonIsTold() {
    assertDataError(
        () -> read(limit(4).withOnBadRow(OnBadRow.SKIP), UNSUPERVISED),
        "no row is left: expected at least one row to train on, found 1 rows, all skipped");
  }

  @Test
  void anImpossibleCutoffIsRefused() {
    assertThatThrownBy(() -> limit(1))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContaining("cutoff_len");
  }

  @Test
  void realRowsBecomeExamplesThatEndAndStartAsTheyShould() {
    Path model = Shared.of("fixtures/models/stories3M");
    Path rows = Shared.of("fixtures/data/gsm8k_test.jsonl");
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      ExampleSet set =
          new ExampleReader(
                  new ExampleTokenizer(
                      tokenizer,
                      new AlpacaPrompt(),
                      Supervised.RESPONSE,
                      tokenizer.vocabularySize()),
                  DataArguments.defaults())
              .read(List.of(rows));

      int bos = tokenizer.bosTokenId().orElseThrow();
      int eos = tokenizer.eosTokenId().orElseThrow();
      assertThat(set.size()).isEqualTo(1319);
      assertThat(set.examples())
          .allSatisfy(
              example -> {
                assertThat(example.ids()[0]).isEqualTo(bos);
                assertThat(example.ids()[example.tokens() - 1]).isEqualTo(eos);
                assertThat(example.labels()[example.tokens() - 1]).isEqualTo(eos);
              });
    }
  }

  private ExampleSet read(DataArguments arguments, String... lines) {
    return new ExampleReader(
            new ExampleTokenizer(LLAMA, new RawText(), Supervised.RESPONSE, LLAMA.vocabularySize()),
            arguments)
        .read(List.of(write(folder, "rows.jsonl", lines)));
  }

  private static DataArguments limit(int tokens) {
    return DataArguments.defaults().withCutoffLen(tokens);
  }

  private static void assertDataError(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA))
        .hasMessageContaining(message);
  }
}
