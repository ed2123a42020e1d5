package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.cli.Finding.Verdict;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  @Test
  void everyFindingIsALine() {
    CommandRun run = CommandRun.of("doctor");

    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains(System.getProperty("java.version"))
        .containsPattern("(?m)^ok +processors +" + Runtime.getRuntime().availableProcessors());
  }

  @Test
  void jsonIsOneObject() throws Exception {
    JsonNode report = new ObjectMapper().readTree(CommandRun.of("doctor", "--json").out());

    assertThat(report.get("ok").asBoolean()).isTrue();
    assertThat(report.get("findings")).isNotEmpty();
  }

  @Test
  void aFolderIsComparedWithItsManifest(@TempDir Path directory) throws Exception {
    Path folder = Files.createDirectory(directory.resolve("model"));
    Files.writeString(folder.resolve("config.json"), "{}");
    Path weights = Files.writeString(folder.resolve("model.safetensors"), "weights");
    Manifest.write(folder);

    CommandRun whole = CommandRun.of("doctor", folder.toString());
    Files.writeString(weights, "weightz");
    CommandRun damaged = CommandRun.of("doctor", folder.toString());

    assertThat(whole.status()).isZero();
    assertThat(whole.out()).startsWith("ok").contains(folder + " 2 files, 9 bytes");
    assertThat(damaged.status()).isEqualTo(ErrorKind.FORMAT.exitStatus());
    assertThat(damaged.err()).contains(weights + ": file is damaged");
  }

  @Test
  void aFolderWithoutAManifestIsNotWhole(@TempDir Path directory) {
    CommandRun run = CommandRun.of("doctor", directory.toString());

    assertThat(run.status()).isEqualTo(ErrorKind.FORMAT.exitStatus());
    assertThat(run.err()).contains(Manifest.NAME);
  }

  @Test
  void aNativeCacheThatCannotBeMadeIsMissing(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(file.toFile().setWritable(false)).isTrue();
    boolean refusedByTheSystem = !Files.isWritable(file);

    assertThat(MachineCheck.run(directory, file.resolve("cache")))
        .filteredOn(finding -> finding.subject().equals("native cache"))
        .singleElement()
        .extracting(Finding::verdict)
        .isEqualTo(refusedByTheSystem ? Verdict.MISSING : Verdict.OK);
  }
}
