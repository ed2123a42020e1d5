package org.cofitune.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.http.ServerAddress;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** A server over a small model, and a client of it. */
final class TinyServer implements AutoCloseable {
  static final String COMPLETIONS = "/v1/completions";
  static final String CHAT = "/v1/chat/completions";
  static final String NAME = "tiny";

  /** Too long to be filled while a test runs. */
  static final int ENDLESS = 200_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  final LoadedModel model;
  final Tokenizer tokenizer;
  final ModelThread thread;
  final ApiServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** A response. */
  record Reply(int status, HttpHeaders headers, String body) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(body, e);
      }
    }

    /** The objects of a stream, without its last event. */
    List<JsonNode> events() {
      return body.lines()
          .filter(line -> line.startsWith("data: {"))
          .map(line -> new Reply(status, headers, line.substring("data: ".length())).json())
          .toList();
    }

    JsonNode choice() {
      return json().path("choices").path(0);
    }

    String error() {
      return json().path("error").path("message").asText();
    }
  }

  private TinyServer(Path checkpoint, ServerLimits limits, @Nullable String key) {
    model = LoadedModel.open(checkpoint, Engine.start(new EngineOptions("cpu", 1, 0)));
    tokenizer = Tokenizer.load(checkpoint);
    thread = new ModelThread(model.decoder(), tokenizer, limits.waitingPrompts());
    server =
        ApiServer.start(
            new ServerAddress(ServerAddress.DEFAULT_HOST, 0, key),
            limits,
            new ServedModel(NAME, checkpoint, model.config(), tokenizer),
            thread);
  }

  static TinyServer start(Path checkpoint) {
    return start(checkpoint, ServerLimits.DEFAULT);
  }

  static TinyServer start(Path checkpoint, ServerLimits limits) {
    return new TinyServer(checkpoint, limits, null);
  }

  static TinyServer withKey(Path checkpoint, String key) {
    return new TinyServer(checkpoint, ServerLimits.DEFAULT, key);
  }

  /** A model that never ends a text by itself. */
  static Path writeEndless(Path folder) throws IOException {
    TinyModel.llama().withContextLength(ENDLESS).writeTo(folder);
    Files.writeString(
        folder.resolve("generation_config.json"),
        "{\"eos_token_id\": 2, \"suppress_tokens\": [2]}");
    return folder;
  }

  int port() {
    return server.port();
  }

  Reply get(String path, String... headers) {
    return send(request(path, headers).GET().build());
  }

  Reply post(String path, String json, String... headers) {
    return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(json)).build());
  }

  Reply send(String method, String path) {
    return send(request(path).method(method, HttpRequest.BodyPublishers.noBody()).build());
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request;
  }

  private Reply send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      return new Reply(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A connection on which a request is written by hand. */
  Socket connect(String written) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.getOutputStream().write(written.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return socket;
  }

  /** What the server answers to a request that is written by hand, until it closes. */
  String raw(String written) throws IOException {
    try (Socket socket = connect(written)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static String written(String path, String json) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        + json.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + json;
  }

  /** Asks until as many prompts are running. */
  void awaitRunning(int count) {
    while (get("/healthz").json().path("running").asInt() != count) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    server.close();
    thread.close();
    tokenizer.close();
    model.close();
  }
}
