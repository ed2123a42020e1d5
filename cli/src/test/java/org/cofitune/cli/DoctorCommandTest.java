package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.cli.Finding.Verdict;
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
