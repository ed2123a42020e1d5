package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.cofitune.testing.Shared;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real files are read whole; the row counts are those of their README. */
final class FixtureRowsTest {

  @ParameterizedTest
  @CsvSource({
    "alpaca_en, 985, ALPACA",
    "alpaca_zh, 992, ALPACA",
    "dureader_demo_zh, 195, ALPACA",
    "finance_sentiment_en, 2387, ALPACA",
    "gsm8k_test, 1319, ALPACA",
    "gsm8k_train, 5246, ALPACA",
    "law_advice_zh, 3919, ALPACA",
    "mgsm_en, 250, ALPACA",
    "mgsm_zh, 250, ALPACA",
    "pubmedqa, 1000, ALPACA",
    "self_instruct_user, 252, ALPACA",
    "song_ci_zh, 3973, ALPACA",
    "c4_en, 296, TEXT",
    "tang_shi_train_zh, 9736, TEXT",
    "tang_shi_val_zh, 521, TEXT",
    "tinystories_valid, 687, TEXT",
  })
  void everyRowIsRead(String name, long rows, RowFormat format) {
    Path file = Shared.of("fixtures/data/" + name + ".jsonl");
    DataTally tally = new DataTally();

    assertThat(RowFiles.read(OnBadRow.FAIL, tally, file)).hasSize((int) rows);
    assertThat(tally.report().files()).containsExactly(new DataReport.FileRows(file, format, rows));
    assertThat(tally.report().rowsSkipped()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "arc_challenge",
    "cmmlu_dev",
    "cmmlu_test",
    "logiqa_en",
    "logiqa_zh",
    "mmlu_dev",
    "mmlu_test",
    "openbookqa",
    "piqa"
  })
  void tasksForEvaluationAreNoTrainingRows(String name) {
    assertThat(RowFiles.errorOf(Shared.of("fixtures/data/" + name + ".jsonl")))
        .contains(":1: row has no known format")
        .contains("found \"question\", \"choices\", \"answer\", \"subject\"");
  }
}
