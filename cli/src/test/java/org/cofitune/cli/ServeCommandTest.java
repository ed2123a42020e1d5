package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ServeCommandTest {
  private static final int TERMINATED = 143;

  @TempDir Path directory;

  @Test
  void otherMachinesAreNotLetInWithoutAKey() {
    CommandRun run = CommandRun.of("serve", "--model", "nowhere", "--host", "0.0.0.0");

    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .contains("--host", "--api-key-file", "COFITUNE_API_KEY");
  }

  @Test
  void aKeyFileThatIsNotThereIsNamed() {
    String missing = directory.resolve("key.txt").toString();

    CommandRun run = CommandRun.of("serve", "--model", "nowhere", "--api-key-file", missing);

    assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(run.err()).contains(missing);
  }

  @Test
  void aMissingModelIsNamed() {
    CommandRun run = CommandRun.of("serve", "--model", directory.resolve("none").toString());

    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("none");
  }

  @Test
  void itAnswersUntilItIsToldToEnd() throws Exception {
    Path model = TinyModel.llama().withLayers(1).writeTo(directory.resolve("my-model"));
    Path key = Files.writeString(directory.resolve("key.txt"), "secret-key\n");
    Path log = directory.resolve("log.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--model",
                model.toString(),
                "--port",
                "0",
                "--api-key-file",
                key.toString(),
                "--json")
            .redirectError(log.toFile())
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      JsonNode ready = new ObjectMapper().readTree(out.readLine());
      String url = ready.path("base_url").asText();
      assertThat(url).isEqualTo("http://127.0.0.1:" + ready.path("port").asInt() + "/v1");
      assertThat(ready.path("model").asText()).isEqualTo("my-model");
      assertThat(status(url, "Bearer secret-key")).isEqualTo(200);
      assertThat(status(url, "Bearer another")).isEqualTo(401);

      process.destroy();

      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(TERMINATED);
      List<String> said = Files.readAllLines(log);
      assertThat(said).contains("stopping").noneMatch(line -> line.contains("ERROR"));
    } finally {
      process.destroyForcibly();
    }
  }

  private static int status(String url, String authorization)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/models"))
            .header("Authorization", authorization)
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }
}
