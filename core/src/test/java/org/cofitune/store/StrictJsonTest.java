package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class StrictJsonTest {
  @TempDir Path folder;

  @Test
  void deepNestingIsRefused() throws IOException {
    refused("{\"a\":" + "[".repeat(1_000_000)).hasMessageContaining("nesting depth");
    int most = StrictJson.MAX_DEPTH;
    refused("{\"a\":" + "[".repeat(most) + "]".repeat(most) + "}")
        .hasMessageContaining("nesting depth");
    assertThat(StrictJson.readObject(write("{\"a\":" + "[".repeat(90) + "]".repeat(90) + "}")))
        .hasSize(1);
  }

  @Test
  void aGiganticStringIsRefused() throws IOException {
    refused("{\"a\":\"" + "x".repeat(StrictJson.MAX_STRING + 1) + "\"}")
        .hasMessageContaining("String value length");
  }

  @Test
  void aGiganticNumberIsRefused() throws IOException {
    refused("{\"a\":" + "9".repeat(100_000) + "}").hasMessageContaining("Number value length");
  }

  @Test
  @Timeout(20)
  void aFileBeyondTheBoundIsRefusedWithoutReadingItsRest() throws IOException {
    Path file = folder.resolve("f.json");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }
    assertRefused(file).hasMessageContaining("is too large: expected at most 67108864 bytes");
  }

  @Test
  void textBehindTheObjectIsRefused() throws IOException {
    refused("{} {}").hasMessageContaining("Trailing token");
  }

  private AbstractThrowableAssert<?, ?> refused(String json) throws IOException {
    return assertRefused(write(json));
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(Path file) {
    return assertThatThrownBy(() -> StrictJson.readObject(file))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageStartingWith(file.toString());
  }

  private Path write(String json) throws IOException {
    return Files.writeString(folder.resolve("f.json"), json, StandardCharsets.UTF_8);
  }
}
