package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Writes small files of rows and reads them. */
final class RowFiles {
  private RowFiles() {}

  static Path write(Path folder, String name, String... lines) {
    return write(folder, name, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  static Path write(Path folder, String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Row> read(Path... files) {
    return read(OnBadRow.FAIL, new DataTally(), files);
  }

  static List<Row> read(OnBadRow onBadRow, DataTally tally, Path... files) {
    List<Row> rows = new ArrayList<>();
    try (RowStream stream = RowStream.open(List.of(files), onBadRow, tally)) {
      stream.forEachRemaining(rows::add);
    }
    return rows;
  }

  /** The one-line error of kind DATA that reading ends with. */
  static String errorOf(Path... files) {
    CofituneException error = catchThrowableOfType(CofituneException.class, () -> read(files));
    assertThat(error).as("an error is raised").isNotNull();
    assertThat(error.kind()).isEqualTo(ErrorKind.DATA);
    assertThat(error.getMessage()).doesNotContain("\n").contains("; ");
    return error.getMessage();
  }
}
