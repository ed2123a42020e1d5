package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class UiCommandTest {
  private static final int TERMINATED = 143;

  @TempDir Path directory;

  @Test
  void aFolderThatIsNotThereIsNamed() {
    String missing = directory.resolve("none").toString();

    CommandRun run = CommandRun.of("ui", missing);

    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err().lines()).singleElement().asString().contains(missing);
  }

  @Test
  void aRunIsNoFolderOfRuns() throws Exception {
    Files.writeString(directory.resolve("recipe.yaml"), "");

    CommandRun run = CommandRun.of("ui", directory.toString());

    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains("itself a run");
  }

  @Test
  void itShowsThePageUntilItIsToldToEnd() throws Exception {
    Path log = directory.resolve("log.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "ui",
                directory.toString(),
                "--port",
                "0",
                "--json")
            .redirectError(log.toFile())
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      JsonNode ready = new ObjectMapper().readTree(out.readLine());
      assertThat(ready.path("url").asText())
          .isEqualTo("http://127.0.0.1:" + ready.path("port").asInt() + "/");
      assertThat(ready.path("folder").asText()).isEqualTo(directory.toRealPath().toString());
      HttpRequest page = HttpRequest.newBuilder(URI.create(ready.path("url").asText())).build();
      assertThat(HttpClient.newHttpClient().send(page, BodyHandlers.ofString()).body())
          .contains("<title>Runs · cofitune</title>");

      process.destroy();

      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(TERMINATED);
      assertThat(Files.readAllLines(log))
          .contains("stopping")
          .noneMatch(line -> line.contains("ERROR"));
    } finally {
      process.destroyForcibly();
    }
  }
}
