package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts the server as docs/serve.md does, and runs every curl of it and of the README. */
@Timeout(120)
final class ServeDocumentTest {
  private static final List<Path> DOCUMENTS =
      List.of(Path.of("..", "docs", "serve.md"), Path.of("..", "README.md"));
  private static final Pattern SERVE = Pattern.compile("(?m)^ {4}\\./cofitune (serve .*)$");
  private static final Pattern CURL = Pattern.compile("(?m)^ {4}(curl .*)$");
  private static final Pattern READY = Pattern.compile("listening on (http://\\S+)/v1 with .*");

  @TempDir Path directory;

  @Test
  void everyCommandRuns() throws Exception {
    assumeThat(isOnPath("curl")).as("curl is installed").isTrue();
    String model = TinyModel.llama().writeTo(directory.resolve("models/my-llama")).toString();
    Matcher serve = SERVE.matcher(Files.readString(DOCUMENTS.get(0)));
    assertThat(serve.find()).isTrue();
    List<String> words =
        new ArrayList<>(List.of(serve.group(1).replace("models/my-llama", model).split(" ", -1)));
    words.addAll(List.of("--port", "0"));
    try (PipedInputStream said = new PipedInputStream();
        BufferedReader out =
            new BufferedReader(new InputStreamReader(said, StandardCharsets.UTF_8));
        OutputStream written = new PipedOutputStream(said)) {
      FutureTask<Integer> serving = new FutureTask<>(() -> run(written, words));
      Thread server = new Thread(serving);
      server.start();

      Matcher ready = READY.matcher(out.readLine());
      assertThat(ready.matches()).isTrue();
      int commands = 0;
      for (Path document : DOCUMENTS) {
        Matcher curls = CURL.matcher(Files.readString(document));
        while (curls.find()) {
          answered(curls.group(1).replace("http://127.0.0.1:8000", ready.group(1)));
          commands++;
        }
      }
      server.interrupt();

      assertThat(commands).isEqualTo(7);
      assertThat(serving.get()).isZero();
    }
  }

  private static int run(OutputStream out, List<String> words) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream log = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new Cofitune(new Console(stream, log, false, false, false, 100))
        .run(words.toArray(String[]::new));
  }

  private static void answered(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", command.replaceFirst("curl ", "curl -sS --fail "))
            .redirectErrorStream(true)
            .start();
    String body = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", command, body).isZero();
    if (body.startsWith("data: ")) {
      assertThat(body).contains("\"delta\"").endsWith("data: [DONE]\n\n");
    } else {
      JsonNode json = new ObjectMapper().readTree(body);
      assertThat(json.isObject() && !json.has("error")).as(body).isTrue();
    }
  }

  private static boolean isOnPath(String program) {
    String path = System.getenv("PATH");
    if (path == null) {
      return false;
    }
    for (String folder : path.split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
