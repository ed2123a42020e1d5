package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server in a process of its own, among clients that ask well and clients that do not. Six
 * seconds in the build; {@code results/reliability/load} takes ten minutes.
 */
final class ServeLoadTest {
  private static final int SECONDS = Integer.getInteger("cofitune.load.seconds", 6);
  private static final String LOG = System.getProperty("cofitune.load.log", "");
  private static final int CLIENTS = 6;
  private static final double GROWTH = 1.1;
  private static final long SLACK = 64L << 20;
  private static final String NOTHING = "closed";

  /** Bodies that are answered with 200. */
  private static final List<Ask> GOOD =
      List.of(
          new Ask("/v1/completions", "{\"prompt\":\"ab\",\"max_tokens\":8,\"temperature\":0}"),
          new Ask("/v1/completions", "{\"prompt\":\"abc\",\"max_tokens\":20,\"stream\":true}"),
          new Ask(
              "/v1/completions",
              "{\"prompt\":[\"a\",\"bcd\"],\"max_tokens\":0,\"echo\":true,\"logprobs\":2}"),
          new Ask("/v1/completions", "{\"prompt\":\"x\",\"max_tokens\":40,\"seed\":3}"));

  /** Bodies that are refused with a status of the client's fault. */
  private static final List<Ask> BAD =
      List.of(
          new Ask("/v1/completions", "{"),
          new Ask("/v1/completions", "[".repeat(100_000)),
          new Ask("/v1/completions", "{\"prompt\":\"a\",\"max_tokens\":-1}"),
          new Ask("/v1/completions", "{\"prompt\":\"a\",\"model\":\"none\"}"),
          new Ask("/v1/completions", "{\"prompt\":\"" + "a".repeat(100_000) + "\"}"),
          new Ask("/v1/completions", "{\"prompt\":\"" + "a".repeat(5 << 20) + "\"}"),
          new Ask("/v1/chat/completions", "{\"messages\":[{\"role\":\"nobody\"}]}"),
          new Ask("/v1/../../etc/passwd", "{}"),
          new Ask("/v1/%2e%2e/%2e%2e/etc/passwd", "{}"),
          new Ask("/none", "{}"));

  /** What is no request, or not one that is meant for this server. */
  private static final List<String> RAW =
      List.of(
          "\u0000\u0001\u0002\r\n\r\n",
          "GET /v1/models HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
          "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: http://elsewhere.example\r\n\r\n",
          "GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
          "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}",
          "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(1 << 20) + "\r\n\r\n");

  private record Ask(String path, String body) {}

  /** Not the connections of those who ask well. */
  private final HttpClient rude =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, Integer> good = new ConcurrentSkipListMap<>();
  private final Map<String, Integer> bad = new ConcurrentSkipListMap<>();
  private final List<Long> resident = new ArrayList<>();

  @TempDir Path directory;
  private Process process;
  private int port;

  @BeforeEach
  void start() throws IOException {
    Path model =
        TinyModel.llama().withLayers(1).withContextLength(64).writeTo(directory.resolve("m"));
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms128m",
                "-Xmx128m",
                "-XX:+AlwaysPreTouch", // so that what grows is not the Java heap
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--model",
                model.toString(),
                "--port",
                "0",
                "--json")
            .redirectError(directory.resolve("log.txt").toFile())
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    port = new ObjectMapper().readTree(out.readLine()).path("port").asInt();
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
  }

  @Test
  void whoAsksWellIsAnsweredWhateverOthersDoAndMemoryStaysFlat() throws Exception {
    String before = ask(GOOD.get(0));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    List<Future<Void>> all = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Random random = new Random(i);
      all.add(clients.submit(until(end, random)));
    }
    while (System.nanoTime() < end) {
      resident.add(residentBytes());
      clients.awaitTermination(100, TimeUnit.MILLISECONDS);
    }
    clients.shutdown();
    for (Future<Void> one : all) {
      one.get();
    }
    report();

    String log = Files.readString(directory.resolve("log.txt"));
    assertThat(good).as(log).containsOnlyKeys("200");
    assertThat(bad.keySet()).allMatch(status -> status.startsWith("4") || status.equals(NOTHING));
    assertThat(ask(GOOD.get(0))).isEqualTo(before);
    assertThat(most(3)).isLessThanOrEqualTo((long) (GROWTH * most(1)) + SLACK);
    assertThat(log).doesNotContain("Exception");
  }

  private Callable<Void> until(long end, Random random) {
    return () -> {
      while (System.nanoTime() < end) {
        switch (random.nextInt(4)) {
          case 0, 1 -> count(good, answered(any(GOOD, random)));
          case 2 -> count(bad, refused(any(BAD, random)));
          default -> count(bad, raw(any(RAW, random), random.nextBoolean()));
        }
      }
      return null;
    };
  }

  private static <T> T any(List<T> things, Random random) {
    return things.get(random.nextInt(things.size()));
  }

  private static void count(Map<String, Integer> counts, String status) {
    counts.merge(status, 1, Integer::sum);
  }

  private HttpRequest request(Ask ask) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + ask.path()))
        .timeout(Duration.ofSeconds(60))
        .POST(BodyPublishers.ofString(ask.body()))
        .build();
  }

  private String ask(Ask ask) throws IOException, InterruptedException {
    String body = client.send(request(ask), BodyHandlers.ofString()).body();
    return new ObjectMapper().readTree(body).path("choices").toString();
  }

  /** The status, or why there is none. */
  private String answered(Ask ask) throws InterruptedException {
    try {
      return "" + status(client, request(ask));
    } catch (IOException e) {
      return e + ", the server is " + (process.isAlive() ? "alive" : "dead");
    }
  }

  private static int status(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }

  /** A body that is too large may be answered before it has all been sent. */
  private String refused(Ask ask) throws InterruptedException {
    try {
      return "" + status(rude, request(ask));
    } catch (IOException e) {
      return NOTHING;
    }
  }

  /** Sends bytes, and reads the status or leaves at once. */
  private String raw(String text, boolean stays) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(60));
      OutputStream out = socket.getOutputStream();
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      if (!stays) {
        return NOTHING;
      }
      String line =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
              .readLine();
      return line == null ? NOTHING : line.split(" ", 3)[1];
    } catch (IOException e) {
      return NOTHING;
    }
  }

  private long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc", "" + process.pid(), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .sum();
  }

  /** The most that was resident in a quarter of the time, counted from 0. */
  private long most(int quarter) {
    int size = resident.size();
    return Collections.max(resident.subList(quarter * size / 4, (quarter + 1) * size / 4));
  }

  private void report() throws IOException {
    if (LOG.isEmpty()) {
      return;
    }
    Map<String, Object> lines = new TreeMap<>();
    lines.put("seconds", SECONDS);
    lines.put("clients", CLIENTS);
    lines.put("valid requests by status", good);
    lines.put("broken requests by status", bad);
    for (int quarter = 0; quarter < 4; quarter++) {
      lines.put("resident MiB, most in quarter " + (quarter + 1), most(quarter) >> 20);
    }
    StringBuilder text = new StringBuilder();
    lines.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    Files.writeString(Path.of(LOG), text);
  }
}
