package org.cofitune.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.runs.RunsFolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class UiServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STREAMS = 3;
  private static final UiLimits LIMITS =
      UiLimits.DEFAULT
          .withStreams(STREAMS)
          .withTimes(Duration.ofMillis(20), Duration.ofMillis(100));

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path directory;
  private Path run;
  private UiServer server;

  @BeforeEach
  void startServer() throws IOException {
    run = Files.createDirectories(directory.resolve("runs/law/first run"));
    Files.writeString(run.resolve("recipe.yaml"), "method: region # default\n");
    Files.writeString(run.resolve("events.jsonl"), step(1));
    Files.writeString(run.resolve("secret.txt"), "secret");
    Files.writeString(directory.resolve("secret.txt"), "secret");
    server = UiServer.start(0, LIMITS, RunsFolder.open(directory.resolve("runs")));
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private static String step(int step) {
    return "{\"time\":\"\",\"event\":\"step\",\"step\":%d,\"total_steps\":9,\"loss\":2.5}\n"
        .formatted(step);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
        BodyHandlers.ofString());
  }

  /** The answer to a request that is written by hand. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String whole = request.replace("\n", "\r\n") + "Connection: close\r\n\r\n";
      socket.getOutputStream().write(whole.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String status(String answer) {
    return answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3);
  }

  /** A page that follows the run. */
  private final class Follower implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader lines;

    Follower(String headers) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
      String request =
          "GET /api/runs/law/first%20run/events HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The next line that begins so, without its beginning. */
    String next(String beginning) throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(beginning)) {
          return line.substring(beginning.length());
        }
      }
      throw new IOException("the stream ended before a line with " + beginning);
    }

    JsonNode event(String name) throws IOException {
      next("event: " + name);
      return JSON.readTree(next("data: "));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void runsAreListed() throws Exception {
    JsonNode runs = JSON.readTree(get("/api/runs").body()).path("runs");

    assertThat(runs).hasSize(1);
    assertThat(runs.at("/0/name").asText()).isEqualTo("law/first run");
    assertThat(runs.at("/0/total_steps").asInt()).isEqualTo(9);
    assertThat(runs.at("/0/state/kind").asText()).isEqualTo("unfinished");
  }

  @Test
  void detailsAndHistoryOfARunAreTold() throws Exception {
    JsonNode details = JSON.readTree(get("/api/runs/law/first%20run/details").body());
    assertThat(details.at("/settings/0/key").asText()).isEqualTo("method");
    assertThat(details.at("/summary/method").asText()).isEqualTo("region");

    JsonNode history = JSON.readTree(get("/api/runs/law/first%20run/history").body());
    assertThat(history.at("/events/0/loss").asDouble()).isEqualTo(2.5);
  }

  @Test
  void everyAnswerKeepsThePageToItself() throws Exception {
    for (String path : List.of("/", "/assets/main.js", "/api/runs", "/nothing")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.headers().firstValue("Content-Security-Policy"))
          .hasValueSatisfying(
              policy ->
                  assertThat(policy)
                      .startsWith("default-src 'none';")
                      .contains("frame-ancestors 'none'", "connect-src 'self'")
                      .doesNotContain("unsafe", "http"));
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
      assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy"))
          .contains("same-origin");
      assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
  }

  @Test
  void otherNamesOfTheMachineAndOtherPagesAreRefused() throws IOException {
    String list = "GET /api/runs HTTP/1.1\nHost: ";
    assertThat(status(raw(list + "localhost\n"))).isEqualTo("200");
    for (String rest :
        List.of(
            "evil.example\n",
            "127.0.0.1.evil.example\n",
            "localhost:1\nOrigin: http://evil.example\n",
            "localhost:1\nOrigin: http://localhost:2\n",
            "localhost:1\nOrigin: null\n",
            "localhost\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors\n",
            "localhost\nSec-Fetch-Site: same-site\nSec-Fetch-Mode: no-cors\n")) {
      assertThat(status(raw(list + rest))).as(rest).isEqualTo("403");
    }
    assertThat(status(raw("GET / HTTP/1.1\nHost: localhost\nSec-Fetch-Site: same-origin\n")))
        .isEqualTo("200");
    String link = "GET / HTTP/1.1\nHost: localhost\nSec-Fetch-Site: cross-site\n";
    assertThat(status(raw(link + "Sec-Fetch-Mode: navigate\n"))).isEqualTo("200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/runs/law/first%20run/secret.txt",
        "/runs/law/first%20run/recipe.yaml",
        "/runs/law/first%20run/report.html",
        "/runs/law/first%20run/../../../secret.txt",
        "/runs/law/first%20run/%2e%2e/%2e%2e/report.html",
        "/runs/..%2fsecret.txt",
        "/runs/report.html",
        "/api/runs/law/details",
        "/api/runs/law/first%20run/secret.txt",
        "/api/runs/..%2f..%2f/details",
        "/api/runs/law%5c..%5c../details",
        "/api/runs/law/first%20run",
        "/api/runs/",
        "/assets/../index.html",
        "/assets/package-info.class",
        "/secret.txt"
      })
  void nothingElseIsServed(String path) throws IOException {
    String answer = raw("GET " + path + " HTTP/1.1\nHost: localhost\n");

    assertThat(status(answer)).isIn("400", "404");
    assertThat(answer).doesNotContain("secret\n").doesNotEndWith("secret");
  }

  @Test
  void onlyGetIsAnswered() throws IOException {
    for (String method : List.of("POST", "DELETE", "PUT")) {
      assertThat(raw(method + " /api/runs HTTP/1.1\nHost: localhost\nContent-Length: 0\n"))
          .startsWith("HTTP/1.1 405 ")
          .contains("Allow: GET");
    }
  }

  @Test
  void aReportIsShownWithoutAHoldOnTheDashboard() throws Exception {
    Files.writeString(run.resolve("report.html"), "<p>report</p>");

    HttpResponse<String> answer = get("/runs/law/first%20run/report.html");

    assertThat(answer.body()).isEqualTo("<p>report</p>");
    assertThat(answer.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            policy ->
                assertThat(policy)
                    .startsWith("sandbox allow-scripts; default-src 'none';")
                    .doesNotContain("allow-same-origin", "connect-src"));
  }

  @Test
  void aReportThatIsALinkIsNotShown() throws Exception {
    Files.createSymbolicLink(run.resolve("report.html"), directory.resolve("secret.txt"));

    assertThat(get("/runs/law/first%20run/report.html").statusCode()).isEqualTo(404);
  }

  @Test
  void aRunIsFollowedAndAStreamGoesOnWhereItWasCut() throws IOException {
    String position;
    try (Follower page = new Follower("")) {
      position = new Object[] {page.next("event: events"), page.next("id: ")}[1].toString();
      JsonNode first = JSON.readTree(page.next("data: "));
      assertThat(first.path("restarted").asBoolean()).isTrue();
      assertThat(page.event("summary").path("step").asInt()).isEqualTo(1);

      Files.writeString(run.resolve("events.jsonl"), step(2), StandardOpenOption.APPEND);

      assertThat(page.event("events").at("/events/0/step").asInt()).isEqualTo(2);
      assertThat(page.event("summary").path("step").asInt()).isEqualTo(2);
      assertThat(page.next(":")).isEmpty();
    }
    try (Follower again = new Follower("Last-Event-ID: " + position + "\r\n")) {
      JsonNode next = again.event("events");
      assertThat(next.path("restarted").asBoolean()).isFalse();
      assertThat(next.path("events")).hasSize(1);
      assertThat(next.at("/events/0/step").asInt()).isEqualTo(2);
    }
  }

  @Test
  void aPageThatReadsNothingHoldsNobodyUp() throws IOException {
    String long1 = "{\"event\":\"note\",\"text\":\"" + "x".repeat(900_000) + "\"}\n";
    try (Follower lazy = new Follower("");
        Follower quick = new Follower("")) {
      for (int i = 0; i < 40; i++) {
        Files.writeString(run.resolve("events.jsonl"), long1, StandardOpenOption.APPEND);
      }
      Files.writeString(run.resolve("events.jsonl"), step(3), StandardOpenOption.APPEND);

      int step = 0;
      while (step != 3) {
        JsonNode events = quick.event("events").path("events");
        step = events.path(events.size() - 1).path("step").asInt();
      }
      assertThat(lazy.next("HTTP/1.1 ")).startsWith("200");
    }
  }

  @Test
  void moreStreamsThanAllowedAreRefusedUntilOneCloses() throws Exception {
    List<Follower> pages = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      pages.add(new Follower(""));
      pages.get(i).event("events");
    }
    HttpResponse<String> refused = get("/api/runs/law/first%20run/events");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(get("/api/runs").statusCode()).isEqualTo(200);

    pages.get(0).close();

    String status = "429";
    while (status.equals("429")) {
      try (Follower page = new Follower("")) {
        status = page.next("HTTP/1.1 ").substring(0, 3);
      }
    }
    assertThat(status).isEqualTo("200");
    for (Follower page : pages) {
      page.close();
    }
  }

  @Test
  void theEndOfTheServerEndsItsStreamsAtOnce() throws IOException {
    try (Follower page = new Follower("")) {
      page.event("events");
      long begin = System.nanoTime();

      server.close();

      assertThatThrownBy(() -> page.next("no such line")).isInstanceOf(IOException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    RunsFolder folder = RunsFolder.open(directory.resolve("runs"));
    assertThatThrownBy(() -> UiServer.start(server.port(), LIMITS, folder))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("127.0.0.1:" + server.port());
  }
}
