package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cofitune.data.RowFiles.errorOf;
import static org.cofitune.data.RowFiles.read;
import static org.cofitune.data.RowFiles.write;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake in a file of rows is named with its file and line. */
final class BadRowsTest {
  private static final String GOOD = "{\"instruction\": \"q\", \"output\": \"a\"}";

  @TempDir Path folder;

  @Test
  void rowsThatNestTooDeeplyAreNamedByLine() {
    String deep = "{\"text\": " + "[".repeat(100_000);

    Path lines = write(folder, "rows.jsonl", GOOD, deep);
    assertThat(errorOf(lines)).startsWith(lines + ":2: malformed JSON").contains("nesting depth");
    Path array = write(folder, "rows.json", "[", GOOD + ",", deep);
    assertThat(errorOf(array)).startsWith(array + ":3").contains("nesting depth");
    Path config = write(folder, "config.json", "{\"data_paths\": " + "[".repeat(100_000));
    assertThatThrownBy(() -> DataFiles.of(List.of(config)))
        .isInstanceOf(CofituneException.class)
        .hasMessageStartingWith(config.toString());
  }

  @Test
  void aGiganticStringIsNamedByLine() {
    Path file = write(folder, "rows.jsonl", GOOD, "{\"text\": \"" + "x".repeat(21_000_000) + "\"}");

    assertThat(errorOf(file)).startsWith(file + ":2: malformed JSON").contains("length");
  }

  @Test
  void aLineBeyondTheBoundIsNamed() {
    Path file = write(folder, "rows.jsonl", GOOD, " ".repeat((1 << 26) + 1));

    assertThat(errorOf(file)).startsWith(file + ":2: line is too long");
  }

  /** The second line of a file is bad; the message names it and says what is wrong. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"instruction\": \"q\"                       | malformed JSON",
        "{\"instruction\": \"q\", \"output\": \"a\"} {} | malformed JSON",
        "{\"output\": \"a\", \"output\": \"b\"}         | Duplicate field 'output'",
        "[1, 2]                                        | row is no JSON object: expected an object",
        "{\"instruction\": \"q\"}                      | missing key \"output\"",
        "{\"output\": \"a\"}                           | missing key \"instruction\"",
        "{}                                            | missing key \"instruction\"",
        "{\"instruction\": \"q\", \"output\": 7}       | wrong type at $.output: expected a string, found number 7",
        "{\"instruction\": \"q\", \"output\": null}    | wrong type at $.output: expected a string, found null",
        "{\"instruction\": 1, \"output\": \"a\"}       | wrong type at $.instruction",
        "{\"instruction\": \"q\", \"output\": \" \"}   | row has nothing to supervise",
        "{\"instruction\": \"\", \"output\": \"a\"}    | row asks nothing",
        "{\"instruction\": \"q\", \"output\": \"\\ud800\"} | text is not valid Unicode at $.output",
        "{\"instruction\": \"q\", \"output\": \"a\", \"history\": [[\"x\"]]} | wrong type at $.history[0]",
        "{\"messages\": []}                            | row has another format than the file's first",
      })
  void aBadAlpacaRowIsNamedByLine(String line, String message) {
    Path file = write(folder, "rows.jsonl", GOOD, line.strip(), GOOD);

    assertThat(errorOf(file)).startsWith(file + ":2: ").contains(message.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"question\": \"q\", \"choices\": []}          | row has no known format: expected one of the keys",
        "{\"messages\": {}}                              | wrong type at $.messages: expected an array, found object",
        "{\"messages\": [3]}                             | wrong type at $.messages[0]: expected an object",
        "{\"messages\": [{\"content\": \"a\"}]}          | missing key \"role\"",
        "{\"messages\": [{\"role\": \"user\"}]}          | missing key \"content\"",
        "{\"messages\": [{\"role\": \"asistant\", \"content\": \"a\"}]} | unknown role at $.messages[0].role",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]} | row has nothing to supervise",
        "{\"messages\": []}                              | row has nothing to supervise",
        "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]} | content is no text at $.messages[0].content[0].type",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\", \"weight\": 0}]} | \"weight\" cannot be trained on",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\", \"reasoning_content\": \"r\"}]} | \"reasoning_content\" cannot be trained on",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}], \"tools\": [{}]} | \"tools\" cannot be trained on",
        "{\"messages\": [{\"role\": \"assistant\", \"tool_calls\": [{\"id\": 1}]}]} | wrong type at $.messages[0].tool_calls[0]",
        "{\"conversations\": [{\"from\": \"bard\", \"value\": \"a\"}]} | unknown speaker at $.conversations[0].from",
        "{\"conversations\": [{\"from\": \"gpt\"}]}      | missing key \"value\"",
        "{\"conversations\": [{\"from\": \"function_call\", \"value\": \"{\"}]} | malformed JSON in the function call",
        "{\"text\": 5}                                   | wrong type at $.text",
        "{\"text\": \" \"}                               | row has nothing to supervise",
        "{\"input_ids\": [1]}                            | missing key \"labels\"",
        "{\"input_ids\": [1, 2], \"labels\": [1]}        | input_ids and labels differ in length: expected 2 labels, found 1",
        "{\"input_ids\": [], \"labels\": []}             | input_ids is empty",
        "{\"input_ids\": [1.5], \"labels\": [1]}         | wrong type at $.input_ids[0]: expected a 32-bit whole number, found number 1.5",
        "{\"input_ids\": [4294967296], \"labels\": [1]}  | wrong type at $.input_ids[0]",
        "{\"input_ids\": [-1], \"labels\": [1]}          | impossible value at $.input_ids[0]",
        "{\"input_ids\": [1], \"labels\": [-1]}          | impossible value at $.labels[0]: expected an id of the vocabulary or -100",
        "{\"input_ids\": [1, 2], \"labels\": [1, 2], \"attention_mask\": [1]} | input_ids and attention_mask differ in length",
        "{\"input_ids\": [1, 2, 3], \"labels\": [1, 2, 3], \"attention_mask\": [1, 0, 1]} | impossible value at $.attention_mask[1]",
        "{\"input_ids\": [1, 2], \"labels\": [1, 2], \"attention_mask\": [1, 0]} | impossible value at $.labels[1]: expected -100 at a padding position",
        "{\"input_ids\": [1], \"labels\": [-100], \"attention_mask\": [0]} | attention_mask hides every token",
      })
  void aBadFirstRowIsNamedByLine(String line, String message) {
    Path file = write(folder, "rows.jsonl", line.strip());

    assertThat(errorOf(file)).startsWith(file + ":1: ").contains(message.strip());
  }

  @Test
  void badRowsAreSkippedAndCountedWhenTheRecipeSaysSo() {
    Path file = write(folder, "rows.jsonl", "{\"input\": 1}", GOOD, "", "{", GOOD, "{}");
    DataTally tally = new DataTally();

    assertThat(read(OnBadRow.SKIP, tally, file)).hasSize(2);

    DataReport report = tally.report();
    assertThat(report.rowsRead()).isEqualTo(5);
    assertThat(report.rowsSkipped()).isEqualTo(3);
    assertThat(report.rowsKept()).isEqualTo(2);
    assertThat(report.files()).containsExactly(new DataReport.FileRows(file, RowFormat.ALPACA, 5));
    assertThat(report.firstSkipped())
        .extracting(skipped -> skipped.source().line())
        .containsExactly(1L, 4L, 6L);
    assertThat(report.firstSkipped().get(1).reason()).contains(":4 (row 3): malformed JSON");
  }

  @Test
  void onlyTheFirstReasonsAreKept() {
    String[] lines = new String[40];
    Arrays.fill(lines, "{}");
    lines[0] = GOOD;
    DataTally tally = new DataTally();

    read(OnBadRow.SKIP, tally, write(folder, "rows.jsonl", lines));

    assertThat(tally.report().rowsSkipped()).isEqualTo(39);
    assertThat(tally.report().firstSkipped()).hasSize(DataTally.REASONS_KEPT);
  }

  @Test
  void aLineThatIsNoUtf8IsNamed() {
    byte[] bytes =
        (GOOD + "\n{\"instruction\": \"caf\u00e9\", \"output\": \"a\"}\n" + GOOD)
            .getBytes(StandardCharsets.ISO_8859_1);
    Path file = write(folder, "rows.jsonl", bytes);

    assertThat(errorOf(file)).startsWith(file + ":2: line is not valid UTF-8");
    assertThat(read(OnBadRow.SKIP, new DataTally(), file)).hasSize(2);
  }
}
