package org.cofitune.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.cofitune.generate.Generation;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.PromptScores;
import org.cofitune.server.TinyServer.Reply;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class LoadTest {
  private static final double SAME = 1e-5;
  private static final int READ_MILLIS = 20_000;
  private static final String ENDLESS =
      "{\"prompt\":\"a\",\"max_tokens\":1000000,\"temperature\":0";

  @TempDir Path directory;

  /** Work that keeps the model's thread until it is released, and may fail with its next token. */
  private static final class Holding implements PromptWork, AutoCloseable {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);
    private final boolean fails;
    private volatile boolean done;

    Holding(boolean fails) {
      this.fails = fails;
    }

    static Holding in(TinyServer server) throws InterruptedException {
      return in(server, false);
    }

    static Holding in(TinyServer server, boolean fails) throws InterruptedException {
      Holding holding = new Holding(fails);
      server.thread.submit(List.of(holding));
      holding.begun.await();
      return holding;
    }

    @Override
    public void onToken(int row, org.cofitune.generate.GeneratedToken token) {
      if (fails && begun.getCount() == 0) {
        throw new IllegalStateException("the secret reason");
      }
      begun.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    void release() {
      released.countDown();
    }

    @Override
    public void close() {
      release();
    }

    @Override
    public int row() {
      return 0;
    }

    @Override
    public int[] prompt() {
      return new int[] {1, 80};
    }

    @Override
    public GenerationConfig continuation() {
      return GenerationConfig.greedy(2, List.of());
    }

    @Override
    public int scoredAlternatives() {
      return GenerationConfig.NO_LOGPROBS;
    }

    @Override
    public void onScores(PromptScores scores) {}

    @Override
    public void onFinished(int row, Generation generation) {
      done = true;
    }

    @Override
    public boolean isDone() {
      return done;
    }

    @Override
    public void onFailure(Throwable failure) {
      done = true;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }
  }

  private TinyServer start(ServerLimits limits) {
    return TinyServer.start(TinyModel.llama().writeTo(directory), limits);
  }

  @Test
  void tenClientsAtOnceGetTheAnswersThatTheyGetAlone() {
    try (TinyServer server = start(ServerLimits.DEFAULT)) {
      List<String> requests = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        String prompt = "{\"prompt\":\"client " + "x".repeat(5 * i) + i + "\",\"seed\":" + i;
        requests.add(
            switch (i % 4) {
              case 0 -> prompt + ",\"max_tokens\":40,\"temperature\":0,\"logprobs\":2}";
              case 1 ->
                  prompt + ",\"max_tokens\":1,\"temperature\":0,\"logprobs\":1,\"echo\":true}";
              case 2 -> prompt + ",\"max_tokens\":30,\"temperature\":0.8,\"stream\":true}";
              default ->
                  prompt + ",\"max_tokens\":20,\"logprobs\":0,\"echo\":true,\"stream\":true}";
            });
      }
      List<Reply> alone =
          requests.stream().map(json -> server.post(TinyServer.COMPLETIONS, json)).toList();

      List<CompletableFuture<Reply>> together =
          requests.stream()
              .map(
                  json ->
                      CompletableFuture.supplyAsync(
                          () -> server.post(TinyServer.COMPLETIONS, json),
                          task -> new Thread(task).start()))
              .toList();

      for (int i = 0; i < requests.size(); i++) {
        Reply again = together.get(i).join();
        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertSame(objects(alone.get(i)), objects(again));
      }
    }
  }

  private static List<JsonNode> objects(Reply reply) {
    return reply.body().startsWith("data:") ? reply.events() : List.of(reply.json());
  }

  private static void assertSame(List<JsonNode> expected, List<JsonNode> found) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertSame("choices", expected.get(i).path("choices"), found.get(i).path("choices"));
      assertSame("usage", expected.get(i).path("usage"), found.get(i).path("usage"));
    }
  }

  private static void assertSame(String place, JsonNode expected, JsonNode found) {
    assertThat(found.getNodeType()).as(place).isEqualTo(expected.getNodeType());
    if (expected.isFloatingPointNumber()) {
      assertThat(found.doubleValue()).as(place).isEqualTo(expected.doubleValue(), within(SAME));
    } else if (expected.isContainerNode()) {
      assertThat(found.size()).as(place).isEqualTo(expected.size());
      for (var field : expected.properties()) {
        assertSame(place + "." + field.getKey(), field.getValue(), found.path(field.getKey()));
      }
      for (int i = 0; i < expected.size() && expected.isArray(); i++) {
        assertSame(place + "[" + i + "]", expected.get(i), found.get(i));
      }
    } else {
      assertThat(found).as(place).isEqualTo(expected);
    }
  }

  @Test
  void aFullQueueSendsClientsAwayUntilThereIsRoom() throws InterruptedException {
    try (TinyServer server = start(ServerLimits.DEFAULT.withWaitingPrompts(2));
        Holding holding = Holding.in(server)) {
      String two = "{\"prompt\":[\"a\",\"b\"],\"max_tokens\":3,\"temperature\":0}";
      CompletableFuture<Reply> waiting =
          CompletableFuture.supplyAsync(() -> server.post(TinyServer.COMPLETIONS, two));
      while (server.thread.waiting() < 2) {
        Thread.onSpinWait();
      }

      Reply refused = server.post(TinyServer.COMPLETIONS, "{\"prompt\":\"c\"}");
      holding.release();

      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(refused.error()).contains("2 prompts are waiting");
      assertThat(waiting.join().status()).isEqualTo(200);
      assertThat(server.post(TinyServer.COMPLETIONS, two).status()).isEqualTo(200);
      Reply never = server.post(TinyServer.COMPLETIONS, "{\"prompt\":[\"a\",\"b\",\"c\"]}");
      assertThat(never.status()).isEqualTo(400);
    }
  }

  @Test
  void aClientThatLeavesAStreamHasItsTextCancelled() throws IOException {
    try (TinyServer server = TinyServer.start(TinyServer.writeEndless(directory))) {
      Socket socket =
          server.connect(TinyServer.written(TinyServer.COMPLETIONS, ENDLESS + ",\"stream\":true}"));
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      while (!lines.readLine().startsWith("data: ")) {
        Thread.onSpinWait();
      }
      server.awaitRunning(1);

      socket.close();

      server.awaitRunning(0);
    }
  }

  @Test
  void aClientThatLeavesBeforeItsAnswerHasItsTextCancelled() throws IOException {
    ServerLimits limits =
        ServerLimits.DEFAULT.withTimes(Duration.ofSeconds(30), Duration.ofMillis(20));
    try (TinyServer server = TinyServer.start(TinyServer.writeEndless(directory), limits)) {
      Socket socket = server.connect(TinyServer.written(TinyServer.COMPLETIONS, ENDLESS + "}"));
      server.awaitRunning(1);

      socket.close();

      server.awaitRunning(0);
    }
  }

  @Test
  void aSlowReaderHoldsUpNobodyAndIsDropped() throws IOException {
    ServerLimits limits = ServerLimits.DEFAULT.withStreamBytes(4096, 4096);
    try (TinyServer server = TinyServer.start(TinyServer.writeEndless(directory), limits);
        Socket slow = new Socket()) {
      slow.setReceiveBufferSize(4096);
      slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      slow.getOutputStream()
          .write(
              TinyServer.written(
                      TinyServer.COMPLETIONS, ENDLESS + ",\"stream\":true,\"logprobs\":20}")
                  .getBytes(StandardCharsets.UTF_8));
      server.awaitRunning(1);

      Reply other =
          server.post(
              TinyServer.COMPLETIONS, "{\"prompt\":\"b\",\"max_tokens\":50,\"temperature\":0}");

      assertThat(other.json().at("/usage/completion_tokens").asInt()).isEqualTo(50);
      server.awaitRunning(0);
    }
  }

  @Test
  void requestsThatFollowEachOtherOnOneConnectionAreAllAnswered() throws Exception {
    ServerLimits limits =
        ServerLimits.DEFAULT.withTimes(Duration.ofSeconds(30), Duration.ofMillis(1));
    String request = "{\"prompt\":\"ab\",\"max_tokens\":0,\"logprobs\":0,\"echo\":true}";
    try (TinyServer server = start(limits);
        Holding holding = Holding.in(server)) {
      try (Socket socket = server.connect(TinyServer.written(TinyServer.COMPLETIONS, request))) {
        while (server.thread.waiting() < 1) {
          Thread.onSpinWait();
        }
        socket.setSoTimeout(READ_MILLIS);
        socket
            .getOutputStream()
            .write(
                "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 200; i++) {
          server.get("/healthz"); // time for the watch to come across it
        }
        holding.release();

        String both = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(both.split("HTTP/1.1 200 OK", -1)).hasSize(3);
        assertThat(both).contains("text_completion", "owned_by");
      }
    }
  }

  @Test
  void aFailureOfTheModelIsToldWithoutItsReasonAndTheNextRequestIsAnswered()
      throws InterruptedException {
    try (TinyServer server = start(ServerLimits.DEFAULT);
        Holding failing = Holding.in(server, true)) {
      String request = "{\"prompt\":\"abc\",\"max_tokens\":5,\"temperature\":0}";
      CompletableFuture<Reply> beside =
          CompletableFuture.supplyAsync(() -> server.post(TinyServer.COMPLETIONS, request));
      while (server.thread.waiting() < 1) {
        Thread.onSpinWait();
      }
      failing.release();

      assertThat(beside.join().status()).isEqualTo(500);
      assertThat(beside.join().error()).isEqualTo("The server failed; its log says why.");
      assertThat(beside.join().body()).doesNotContain("secret", "Exception");
      assertThat(server.post(TinyServer.COMPLETIONS, request).status()).isEqualTo(200);
    }
  }

  @Test
  void aRequestThatRunsWhenTheServerStopsIsStillAnswered() throws InterruptedException {
    try (TinyServer server = start(ServerLimits.DEFAULT);
        Holding holding = Holding.in(server)) {
      CompletableFuture<Reply> running =
          CompletableFuture.supplyAsync(
              () ->
                  server.post(
                      TinyServer.COMPLETIONS,
                      "{\"prompt\":\"abc\",\"max_tokens\":20,\"temperature\":0}"));
      while (server.thread.waiting() < 1) {
        Thread.onSpinWait();
      }
      Thread stopping = new Thread(server.server::close);
      stopping.start();
      holding.release();

      assertThat(running.join().json().at("/usage/completion_tokens").asInt()).isEqualTo(20);
      stopping.join();
    }
  }
}
