package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rows that docs/data.md shows are rows that are read. */
final class DataDocumentTest {
  @TempDir Path folder;

  @Test
  void everyRowOfTheDocumentIsReadAndEveryFormatIsShown() throws IOException {
    List<String> examples =
        Files.readAllLines(Path.of("..", "docs", "data.md")).stream()
            .filter(line -> line.startsWith("    {"))
            .map(String::strip)
            .toList();
    Set<RowFormat> shown = EnumSet.noneOf(RowFormat.class);
    RowFiles.write(folder, "train.jsonl", "{\"text\": \"a\"}");
    for (String example : examples) {
      Path file = RowFiles.write(folder, "example.json", example);
      DataFiles files = DataFiles.of(List.of(file));
      DataTally tally = new DataTally();

      assertThat(RowFiles.read(OnBadRow.FAIL, tally, files.files().toArray(Path[]::new)))
          .hasSize(1);
      shown.add(tally.report().files().get(0).format());
    }

    assertThat(examples).hasSize(7);
    assertThat(shown).isEqualTo(EnumSet.allOf(RowFormat.class));
  }
}
