package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Whatever a file holds, reading it ends in rows or in an error that names the file. */
final class HostileFilesTest {
  private static final List<String> SEEDS =
      List.of(
          "{\"instruction\": \"q\", \"input\": null, \"output\": \"a\", \"history\": [[\"x\", \"y\"]]}\n",
          "{\"messages\": [{\"role\": \"assistant\", \"content\": [{\"type\": \"text\", \"text\": \"é😀\"}],"
              + " \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": \"{}\"}}]}]}\n",
          "[{\"conversations\": [{\"from\": \"gpt\", \"value\": \"\\ud83d\\ude00\"}]}, {\"text\": 1}]\n",
          "{\"input_ids\": [1, 2], \"labels\": [-100, 2], \"attention_mask\": [1, 1]}\n",
          "\uFEFF[\n{\"text\": \"a\"},\n{\"text\": \"b\"}\n]\n",
          "{\"data_paths\": [\"x\"], \"max_seq_len\": 512}\n");

  @Property(tries = 300)
  void damagedFilesGiveRowsOrAnErrorThatNamesThem(
      @ForAll("damaged") byte[] bytes, @ForAll OnBadRow onBadRow) throws IOException {
    Path folder = Files.createTempDirectory("rows"); // of its own: a seed names a file beside it
    Path file = folder.resolve("rows.json");
    try {
      Files.write(file, bytes);
      DataTally tally = new DataTally();
      List<Row> rows =
          RowFiles.read(onBadRow, tally, DataFiles.of(List.of(file)).files().toArray(Path[]::new));

      assertThat(rows).hasSize((int) tally.report().rowsKept());
    } catch (CofituneException e) {
      assertThat(e.kind()).isEqualTo(ErrorKind.DATA);
      assertThat(e.getMessage()).startsWith(file.toString()).doesNotContain("\n");
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }

  /** Two seeds one behind the other, with some bytes overwritten and the end cut off. */
  @Provide
  Arbitrary<byte[]> damaged() {
    return Combinators.combine(
            Arbitraries.of(SEEDS),
            Arbitraries.of(SEEDS),
            Arbitraries.integers().between(0, 400).list().ofMaxSize(4),
            Arbitraries.bytes(),
            Arbitraries.integers().between(0, 400))
        .as(
            (first, second, places, value, length) -> {
              byte[] bytes = (first + second).getBytes(StandardCharsets.UTF_8);
              places.stream().filter(at -> at < bytes.length).forEach(at -> bytes[at] = value);
              return Arrays.copyOf(bytes, Math.min(length, bytes.length));
            });
  }
}
