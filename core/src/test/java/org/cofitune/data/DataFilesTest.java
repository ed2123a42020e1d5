package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.cofitune.data.RowFiles.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DataFilesTest {
  private static final String ROW = "{\"text\": \"a\"}";

  @TempDir Path folder;

  @Test
  void pathsCountInTheOrderGivenAndFoldersByName() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("rows"));
    Path b = write(inside, "b.jsonl", ROW);
    Path a = write(inside, "a.JSON", ROW);
    write(inside, ".hidden.jsonl", ROW);
    write(inside, "notes.txt", "no rows");
    Files.createDirectory(inside.resolve("deeper.json"));
    Path first = write(folder, "z.jsonl", ROW);

    assertThat(DataFiles.of(List.of(first, inside, first)).files())
        .containsExactly(first, a, b, first);
  }

  @Test
  void missingPathsAndEmptyFoldersAreRefused() {
    assertThat(errorOf(folder.resolve("none.jsonl"))).contains("none.jsonl: no such file of rows");
    assertThat(errorOf(folder)).startsWith(folder + ": folder has no file of rows");
    assertThat(errorOf()).startsWith("no data is given");
  }

  @Test
  void theAuthorsConfigNamesFilesSplitAndLength() {
    Path rows = write(folder, "train.jsonl", ROW);
    Path config =
        write(
            folder,
            "train_data_config.json",
            "{",
            "  \"data_paths\": [\"" + rows + "\", \"train.jsonl\"],",
            "  \"data_output_dir\": \"tmp_data/\",",
            "  \"train_proportion\": 3.0,",
            "  \"eval_proportion\": 1,",
            "  \"max_seq_len\": 512",
            "}");

    DataFiles files = DataFiles.of(List.of(config));

    assertThat(files.files()).containsExactly(rows, folder.toAbsolutePath().resolve("train.jsonl"));
    assertThat(files.evalFraction()).isEqualTo(OptionalDouble.of(0.25));
    assertThat(files.cutoffLen()).isEqualTo(OptionalInt.of(512));
  }

  @Test
  void theConfigWithoutEvaluationHoldsNothingOut() {
    write(folder, "train.jsonl", ROW);
    Path config =
        write(
            folder,
            "c.json",
            "{\"data_paths\": [\"train.jsonl\"], \"train_proportion\": 1.0, \"eval_proportion\": 0}");

    assertThat(DataFiles.of(List.of(config)).evalFraction()).isEmpty();
    assertThat(DataFiles.of(List.of(config)).cutoffLen()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"data_paths\": []}                        | nothing is left to train on",
        "{\"data_paths\": [1]}                       | wrong type at $.data_paths[0]",
        "{\"data_paths\": \"a\"}                     | wrong type at $.data_paths",
        "{\"data_paths\": [\"gone.jsonl\"]}          | data_paths[0] names no rows: expected a file or folder of rows, found nothing at gone.jsonl",
        "{\"data_paths\": [], \"weights\": []}       | unknown key \"weights\"",
        "{\"data_paths\": [], \"train_proportion\": \"1\"} | wrong type at $.train_proportion",
        "{\"data_paths\": [], \"eval_proportion\": -1} | wrong type at $.eval_proportion",
        "{\"data_paths\": [\".\"], \"train_proportion\": 0} | nothing is left to train on",
        "{\"data_paths\": [\".\"], \"max_seq_len\": 1} | wrong type at $.max_seq_len",
        "{\"data_paths\": [\"c.json\"]}              | c.json, itself a train_data_config.json",
        "{\"data_paths\": [                          | malformed JSON",
      })
  void aMistakeInTheConfigIsNamed(String json, String message) {
    assertThat(errorOf(config(json.strip()))).contains(message.strip());
  }

  @Test
  void theConfigStandsAlone() {
    Path rows = write(folder, "train.jsonl", ROW);

    assertThat(errorOf(config("{\"data_paths\": [\"train.jsonl\"]}"), rows))
        .contains("a train_data_config.json must stand alone");
  }

  private Path config(String json) {
    return write(folder, "c.json", json);
  }

  private static String errorOf(Path... paths) {
    CofituneException error =
        catchThrowableOfType(CofituneException.class, () -> DataFiles.of(List.of(paths)));
    assertThat(error).isNotNull();
    assertThat(error.kind()).isEqualTo(ErrorKind.DATA);
    return error.getMessage();
  }
}
