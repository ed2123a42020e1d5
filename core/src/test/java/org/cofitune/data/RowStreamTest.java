package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cofitune.data.RowFiles.errorOf;
import static org.cofitune.data.RowFiles.read;
import static org.cofitune.data.RowFiles.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPOutputStream;
import org.cofitune.error.CofituneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RowStreamTest {
  @TempDir Path folder;

  @Test
  void blankLinesCarriageReturnsAndAByteOrderMarkAreNoRows() {
    Path file =
        write(folder, "rows.jsonl", "\uFEFF{\"text\": \"a\"}\r", "", "  \t", "{\"text\": \"b\"}");

    assertThat(read(file))
        .containsExactly(
            new TextRow("a", new RowSource(file, 1, 1)),
            new TextRow("b", new RowSource(file, 4, 2)));
    assertThat(new RowSource(file, 4, 2)).hasToString(file + ":4 (row 2)");
  }

  @Test
  void aLineSeparatorInsideAStringEndsNoLine() {
    Path file = write(folder, "rows.jsonl", "{\"text\": \"a\u2028b\u0085c\"}");

    assertThat(read(file))
        .containsExactly(new TextRow("a\u2028b\u0085c", new RowSource(file, 1, 1)));
  }

  @Test
  void rowsOfAnArrayKnowTheirLine() {
    Path file =
        write(
            folder,
            "rows.json",
            "\uFEFF",
            "[",
            "  {\"text\": \"a\"}, {\"text\": \"b\"},",
            "  {",
            "    \"text\": \"c\"",
            "  }",
            "]",
            "");

    assertThat(read(file))
        .containsExactly(
            new TextRow("a", new RowSource(file, 3, 1)),
            new TextRow("b", new RowSource(file, 3, 2)),
            new TextRow("c", new RowSource(file, 4, 3)));
  }

  @Test
  void linesLongerThanAnyBufferAreRead() {
    String text = "x".repeat(300_000);
    Path file =
        write(
            folder,
            "rows.jsonl",
            "{\"text\": \"a\"}",
            "{\"text\": \"" + text + "\"}",
            "{\"text\": \"b\"}");

    assertThat(read(file))
        .extracting(row -> ((TextRow) row).text())
        .containsExactly("a", text, "b");
  }

  @Test
  void filesComeInTheOrderGivenEachInItsOwnFormat() {
    Path second = write(folder, "a.jsonl", "{\"text\": \"2\"}");
    Path first = write(folder, "b.json", "[{\"instruction\": \"q\", \"output\": \"1\"}]");
    DataTally tally = new DataTally();

    assertThat(read(OnBadRow.FAIL, tally, first, second))
        .extracting(Row::source)
        .containsExactly(new RowSource(first, 1, 1), new RowSource(second, 1, 1));
    assertThat(tally.report().files())
        .containsExactly(
            new DataReport.FileRows(first, RowFormat.ALPACA, 1),
            new DataReport.FileRows(second, RowFormat.TEXT, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n \n", "\uFEFF", "[]", "[ \n ]\n"})
  void aFileWithoutRowsIsRefused(String content) {
    Path file = write(folder, "rows.json", content);

    assertThat(errorOf(file)).startsWith(file + ": file has no rows");
  }

  @Test
  void aMissingFileIsRefused() {
    assertThat(errorOf(folder.resolve("none.jsonl"))).contains("none.jsonl: no such file of rows");
    assertThat(errorOf(folder)).contains("no such file of rows: found something that is no file");
  }

  @Test
  void otherKindsOfFilesAreNamed() throws IOException {
    assertThat(errorOf(write(folder, "r.csv", "a,b"))).contains("found 'a'");
    assertThat(errorOf(write(folder, "r.parquet", "PAR1..."))).contains("found a Parquet file");
    assertThat(errorOf(write(folder, "r.gz", gzip()))).contains("found a compressed file");
    assertThat(errorOf(write(folder, "r.zip", "PK\u0003\u0004"))).contains("a compressed file");
    assertThat(errorOf(write(folder, "r.json", "\uFEFF{}".getBytes(StandardCharsets.UTF_16LE))))
        .contains("found UTF-16");
  }

  @Test
  void anObjectOverSeveralLinesIsNoJsonLine() {
    Path file = write(folder, "rows.json", "{", "  \"text\": \"a\"", "}");

    assertThat(errorOf(file))
        .startsWith(file + ":1: malformed JSON")
        .endsWith("write one whole object a line, or one array of objects");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"text\": \"a\"},~{\"text\" \"b\"}]      | :2: malformed JSON",
        "[{\"text\": \"a\"},~{\"text\": \"b\"}      | :2",
        "[{\"text\": \"a\"},~{\"text\": \"b         | :2",
        "[{\"text\": \"a\"}~{\"text\": \"b\"}]      | :2",
        "[{\"text\": \"a\"},~{\"text\": 3}]         | :2: wrong type at $.text",
        "[{\"text\": \"a\"},~[]]                    | :2: row is no JSON object",
        "[{\"text\": \"a\"}]~{\"text\": \"b\"}      | :2: something stands behind the array",
      })
  void aBrokenArrayIsNamedByLine(String content, String message) {
    Path file = write(folder, "rows.json", content.strip().replace("~", "\n"));

    assertThat(errorOf(file)).startsWith(file.toString()).contains(message.strip());
  }

  @Test
  void aBrokenArrayCannotBeSkipped() {
    Path file = write(folder, "rows.json", "[{\"text\": \"a\"},", "{]");

    assertThatThrownBy(() -> read(OnBadRow.SKIP, new DataTally(), file))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining(":2")
        .hasMessageContaining("nothing behind this place can be read");
  }

  @Test
  void badRowsOfAnArrayCanBeSkipped() {
    Path file = write(folder, "rows.json", "[{\"text\": 1}, 7, {\"text\": \"a\"}, {}]");
    DataTally tally = new DataTally();

    assertThat(read(OnBadRow.SKIP, tally, file)).hasSize(1);
    assertThat(tally.report().rowsRead()).isEqualTo(4);
    assertThat(tally.report().rowsSkipped()).isEqualTo(3);
  }

  @Test
  void aFileOfBadRowsOnlyIsRefusedEvenWhenSkipping() {
    Path file = write(folder, "rows.jsonl", "{\"a\": 1}", "{");

    assertThatThrownBy(() -> read(OnBadRow.SKIP, new DataTally(), file))
        .isInstanceOf(CofituneException.class)
        .hasMessageStartingWith(file + ": file has no readable row: found 2 bad rows");
  }

  @Test
  void nothingComesAfterTheLastRow() {
    Path file = write(folder, "rows.jsonl", "{\"text\": \"a\"}");
    try (RowStream rows = RowStream.open(List.of(file), OnBadRow.FAIL, new DataTally())) {
      rows.next();
      assertThat(rows.hasNext()).isFalse();
      assertThatThrownBy(rows::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void rowsOfALongArrayComeOneAtATime() throws IOException {
    Path file = folder.resolve("many.json");
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("[");
      for (int i = 0; i < 100_000; i++) {
        out.write((i == 0 ? "" : ",") + "{\"text\": \"row " + i + "\"}");
      }
      out.write("]");
    }
    long count = 0;
    try (RowStream rows = RowStream.open(List.of(file), OnBadRow.FAIL, new DataTally())) {
      while (rows.hasNext()) {
        assertThat(rows.next().source().row()).isEqualTo(++count);
      }
    }
    assertThat(count).isEqualTo(100_000);
  }

  private static byte[] gzip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Writer out = new OutputStreamWriter(new GZIPOutputStream(bytes), StandardCharsets.UTF_8)) {
      out.write("{\"text\": \"a\"}");
    }
    return bytes.toByteArray();
  }
}
