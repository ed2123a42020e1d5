package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cofitune.data.RowFiles.write;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.cofitune.data.LengthStatistics.Bucket;
import org.cofitune.data.RowPreview.Piece;
import org.cofitune.text.RawText;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataPreviewTest {
  private static final Tokenizer LLAMA = TinyTokenizers.llama();

  @TempDir Path folder;

  @Test
  void aRowIsShownInPiecesOfOneSupervision() {
    RowPreview row =
        preview(
                100,
                "{\"messages\": [{\"role\": \"user\", \"content\": \"ab\"},"
                    + " {\"role\": \"assistant\", \"content\": \" hello\"},"
                    + " {\"role\": \"user\", \"content\": \"the\"},"
                    + " {\"role\": \"assistant\", \"content\": \" a\"}]}")
            .rows()
            .get(0);

    assertThat(row.pieces())
        .containsExactly(
            new Piece("<s> ab", false, 3),
            new Piece(" hello</s>", true, 2),
            new Piece(" the", false, 1),
            new Piece(" a</s>", true, 2));
    assertThat(row.tokens()).isEqualTo(8);
    assertThat(row.supervisedTokens()).isEqualTo(4);
    assertThat(row.truncated()).isFalse();
  }

  @Test
  void aCutRowIsShownAsItIsTrainedOn() {
    RowPreview row = preview(3, "{\"text\": \"a b c d\"}").rows().get(0);

    assertThat(row.truncated()).isTrue();
    assertThat(row.rowTokens()).isEqualTo(9);
    assertThat(row.tokens()).isEqualTo(3);
    assertThat(row.pieces().get(row.pieces().size() - 1).text()).doesNotContain("</s>");
  }

  @Test
  void theFirstTokenIsNeverShownAsSupervised() {
    RowPreview row = preview(100, "{\"input_ids\": [4, 5], \"labels\": [4, 5]}").rows().get(0);

    assertThat(row.pieces()).extracting(Piece::supervised).containsExactly(false, true);
    assertThat(row.supervisedTokens()).isEqualTo(1);
  }

  @Test
  void theWholeSetIsCounted() {
    DataPreview preview =
        preview(
            3,
            "{\"input_ids\": [1, 4], \"labels\": [-100, 4]}",
            "{\"input_ids\": [1, 4, 5, 6], \"labels\": [-100, -100, 5, 6]}",
            "{\"input_ids\": [1, 4, 5], \"labels\": [-100, -100, 5]}",
            "{\"input_ids\": [1, 4, 5], \"labels\": [-100, -100, -100]}");

    assertThat(preview.rows()).hasSize(2);
    assertThat(preview.examples()).isEqualTo(3);
    assertThat(preview.tokens()).isEqualTo(8);
    assertThat(preview.supervisedTokens()).isEqualTo(3);
    assertThat(preview.supervisedShare()).isEqualTo(3.0 / 8);
    assertThat(preview.lengths().longest()).isEqualTo(4);
    assertThat(preview.report().rowsTruncated()).isEqualTo(1);
    assertThat(preview.report().rowsSkipped()).isEqualTo(1);
  }

  @Test
  void percentilesAreLengthsThatOccur() {
    LengthStatistics lengths = LengthStatistics.of(IntStream.rangeClosed(1, 100).toArray());

    assertThat(lengths.shortest()).isEqualTo(1);
    assertThat(lengths.mean()).isEqualTo(50.5);
    assertThat(lengths.median()).isEqualTo(50);
    assertThat(lengths.percentile90()).isEqualTo(90);
    assertThat(lengths.percentile99()).isEqualTo(99);
    assertThat(lengths.longest()).isEqualTo(100);
    assertThat(LengthStatistics.of(new int[] {7}).percentile99()).isEqualTo(7);
  }

  @Test
  void bucketsDoubleAndHoldEveryRow() {
    assertThat(LengthStatistics.of(new int[] {1, 16, 17, 100}).histogram())
        .containsExactly(
            new Bucket(16, 2), new Bucket(32, 1), new Bucket(64, 0), new Bucket(128, 1));
    assertThat(LengthStatistics.of(new int[] {Integer.MAX_VALUE}).histogram())
        .last()
        .isEqualTo(new Bucket(Integer.MAX_VALUE, 1));
  }

  private DataPreview preview(int cutoffLen, String... lines) {
    ExampleTokenizer examples =
        new ExampleTokenizer(LLAMA, new RawText(), Supervised.RESPONSE, LLAMA.vocabularySize());
    DataArguments arguments =
        DataArguments.defaults().withCutoffLen(cutoffLen).withOnBadRow(OnBadRow.SKIP);
    ExampleSet set =
        new ExampleReader(examples, arguments).read(List.of(write(folder, "rows.jsonl", lines)));
    return DataPreview.of(set, 2, LLAMA);
  }
}
