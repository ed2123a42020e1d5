package org.cofitune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrialStoreTest {
  private static final Trial BASE = Trial.ofBase("s", new TrialScore(1, 2, 1.5));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{}",
        "[]",
        "{\"setting\":null,\"region\":\"all\",\"level\":0,\"role\":\"NODE\",\"steps\":1,"
            + "\"parameters\":1,\"score\":{\"speciality\":1,\"versatility\":1,\"uni\":1}}",
        "{\"setting\":\"s\",\"region\":\"all\",\"level\":0,\"role\":\"NODE\",\"steps\":1,"
            + "\"parameters\":1,\"score\":null}",
      })
  void aLineThatIsNoWholeTrialIsNamed(String line) throws IOException {
    Path file = folder.resolve("trials.jsonl");
    TrialStore.open(file).add(BASE);
    Files.writeString(file, Files.readString(file) + line + "\n");

    assertThatThrownBy(() -> TrialStore.open(file))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageStartingWith(file + ":2: not a trial");
  }

  @Test
  void trialsAreThereAgain() {
    Path file = folder.resolve("trials.jsonl");
    TrialStore.open(file).add(BASE);

    assertThat(TrialStore.open(file).findBase("s")).contains(BASE);
  }
}
