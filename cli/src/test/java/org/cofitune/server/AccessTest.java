package org.cofitune.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.http.ServerAddress;
import org.cofitune.server.TinyServer.Reply;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessTest {
  private static final String KEY = "sk-of-this-test";

  @TempDir Path directory;

  private TinyServer open() {
    return TinyServer.start(TinyModel.llama().withLayers(1).writeTo(directory));
  }

  private static String statusOf(TinyServer server, String headers) throws IOException {
    return server
        .raw("GET /v1/models HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n")
        .substring("HTTP/1.1 ".length())
        .substring(0, 3);
  }

  @Test
  void onlyTheNamesOfThisMachineAreAnswered() throws IOException {
    try (TinyServer server = open()) {
      for (String host : new String[] {"localhost", "127.0.0.1:80", "[::1]:8000", "LOCALHOST:1"}) {
        assertThat(statusOf(server, "Host: " + host + "\r\n")).as(host).isEqualTo("200");
      }
      for (String host :
          new String[] {
            "evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", "0"
          }) {
        assertThat(statusOf(server, "Host: " + host + "\r\n")).as(host).isEqualTo("403");
      }
      assertThat(statusOf(server, "")).isEqualTo("400");
    }
  }

  @Test
  void pagesOfOtherServersAreNotAnswered() throws IOException {
    try (TinyServer server = open()) {
      String host = "Host: localhost:8000\r\n";
      assertThat(statusOf(server, host + "Origin: http://localhost:8000\r\n")).isEqualTo("200");
      for (String origin :
          new String[] {
            "http://evil.example", "http://localhost:3000", "null", "http://localhost"
          }) {
        assertThat(statusOf(server, host + "Origin: " + origin + "\r\n"))
            .as(origin)
            .isEqualTo("403");
      }
    }
  }

  @Test
  void aRequestWithoutTheKeyIsRefused() {
    try (TinyServer server =
        TinyServer.withKey(TinyModel.llama().withLayers(1).writeTo(directory), KEY)) {
      assertThat(server.get("/v1/models", "Authorization", "Bearer " + KEY).status())
          .isEqualTo(200);
      Reply without = server.get("/v1/models");
      assertThat(without.status()).isEqualTo(401);
      assertThat(without.json().at("/error/code").asText()).isEqualTo("invalid_api_key");
      assertThat(without.headers().firstValue("WWW-Authenticate")).contains("Bearer");
      for (String wrong : new String[] {"Bearer", "Bearer " + KEY + "x", "Basic " + KEY, KEY}) {
        assertThat(server.get("/v1/models", "Authorization", wrong).status())
            .as(wrong)
            .isEqualTo(401);
      }
      assertThat(server.post(TinyServer.COMPLETIONS, "{\"prompt\":\"a\"}").status()).isEqualTo(401);
      assertThat(server.get("/healthz").status()).isEqualTo(200);
    }
  }

  @Test
  void withoutAKeyAnyAuthorizationIsLetIn() {
    try (TinyServer server = open()) {
      assertThat(server.get("/v1/models", "Authorization", "Bearer ").status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void otherMachinesAreLetInWithAKeyOnly(String host) {
    assertThatThrownBy(() -> new ServerAddress(host, 0, null))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("--api-key-file")
        .extracting(e -> ((CofituneException) e).kind())
        .isEqualTo(ErrorKind.RECIPE);
    assertThat(new ServerAddress(host, 0, KEY).loopback()).isFalse();
  }

  @Test
  void aKeyThatNoHeaderCanCarryIsRefused() {
    for (String key : new String[] {"", "two words", "schlüssel", "a\nb"}) {
      assertThatThrownBy(() -> new ServerAddress("127.0.0.1", 0, key))
          .isInstanceOf(CofituneException.class)
          .hasMessageNotContaining(key.isEmpty() ? "\u0000" : key);
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    try (TinyServer server = open()) {
      assertThatThrownBy(
              () ->
                  ApiServer.start(
                      new ServerAddress("127.0.0.1", server.port(), null),
                      ServerLimits.DEFAULT,
                      new ServedModel("again", directory, server.model.config(), server.tokenizer),
                      server.thread))
          .isInstanceOf(CofituneException.class)
          .hasMessageContaining("127.0.0.1:" + server.port());
    }
  }
}
