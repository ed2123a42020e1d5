package org.cofitune.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.cofitune.server.TinyServer.Reply;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every refusal is an error object of OpenAI's form that says what is wrong, and nothing more. */
final class RefusedRequestsTest {
  private static final int BODY = 2000;

  @TempDir static Path directory;
  private static TinyServer server;

  @BeforeAll
  static void start() {
    server =
        TinyServer.start(
            TinyModel.llama().withContextLength(64).writeTo(directory),
            ServerLimits.DEFAULT
                .withBodyBytes(BODY)
                .withTimes(Duration.ofMillis(200), Duration.ofMillis(50)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void assertRefused(Reply reply, int status, String param, String said) {
    assertThat(reply.status()).as(reply.body()).isEqualTo(status);
    var error = reply.json().path("error");
    assertThat(error.fieldNames()).toIterable().containsExactly("message", "type", "param", "code");
    assertThat(error.path("message").asText()).contains(said);
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(reply.body()).doesNotContain("Exception", "org.cofitune", "\\tat ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                       | null        | not valid JSON",
        "[1]                                     | null        | must be a JSON object",
        "{\"prompt\":\"a\",\"prompt\":\"b\"}     | null        | Duplicate field 'prompt'",
        "{\"prompt\":\"a\"} x                    | null        | not valid JSON",
        "{\"max_tokens\":1}                      | prompt      | missing",
        "{\"prompt\":[]}                         | prompt      | must be a string",
        "{\"prompt\":[[]]}                       | prompt      | no tokens",
        "{\"prompt\":[1,\"a\"]}                  | prompt      | must be a string",
        "{\"prompt\":[1,259]}                    | prompt      | outside 0 to 258",
        "{\"prompt\":{\"a\":1}}                  | prompt      | not an object",
        "{\"prompt\":\"a\\ud800\"}               | null        | not valid Unicode",
        "{\"prompt\":\"a\",\"max_tokens\":0}     | max_tokens  | only with",
        "{\"prompt\":\"a\",\"max_tokens\":1.5}   | max_tokens  | whole number",
        "{\"prompt\":\"a\",\"max_tokens\":-1}    | max_tokens  | whole number",
        "{\"prompt\":\"a\",\"temperature\":-1}   | temperature | number of 0 to",
        "{\"prompt\":\"a\",\"temperature\":\"1\"}| temperature | number of 0 to",
        "{\"prompt\":\"a\",\"top_p\":1.5}        | top_p       | number of 0 to 1",
        "{\"prompt\":\"a\",\"logprobs\":21}      | logprobs    | 0 to 20",
        "{\"prompt\":\"a\",\"logprobs\":true}    | logprobs    | whole number",
        "{\"prompt\":\"a\",\"stop\":[\"\"]}      | stop        | none of them empty",
        "{\"prompt\":\"a\",\"seed\":1e3}         | seed        | whole number",
        "{\"prompt\":\"a\",\"n\":2}              | n           | not supported",
        "{\"prompt\":\"a\",\"best_of\":2}        | best_of     | not supported",
        "{\"prompt\":\"a\",\"suffix\":\"z\"}     | suffix      | not supported",
        "{\"prompt\":\"a\",\"logit_bias\":{\"1\":5}} | logit_bias | not supported",
        "{\"prompt\":\"a\",\"tempreature\":1}    | tempreature | Did you mean 'temperature'",
        "{\"prompt\":\"a\",\"stream_options\":{\"include_usage\":true}} | stream_options | needs",
        "{\"prompt\":\"a\",\"model\":7}          | model       | must be a string",
      })
  void aCompletionThatCannotBe(String body, String param, String said) {
    assertRefused(server.post(TinyServer.COMPLETIONS, body), 400, param, said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                                           | messages | missing",
        "{\"messages\":[]}                                            | messages | list of messages",
        "{\"messages\":[1]}                                           | messages[0] | 'role'",
        "{\"messages\":[{\"role\":\"tool\",\"content\":\"a\"}]}       | messages[0].role | one of",
        "{\"messages\":[{\"role\":\"user\"}]}                         | messages[0].content | string",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]} | messages[0].content | text",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"tool_calls\":[1]}]} | messages[0].tool_calls | not supported",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{}]}  | tools | not supported",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"top_logprobs\":2} | top_logprobs | needs",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"response_format\":{\"type\":\"json_object\"}} | response_format | not supported",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"prompt\":\"a\"} | prompt | not supported",
      })
  void aChatThatCannotBe(String body, String param, String said) {
    assertRefused(server.post(TinyServer.CHAT, body), 400, param, said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"user\":\"u\",\"metadata\":{\"a\":\"b\"},\"store\":false",
        "\"n\":1,\"best_of\":1,\"suffix\":null,\"logit_bias\":{}",
        "\"frequency_penalty\":0,\"presence_penalty\":0.0",
        "\"top_k\":-1,\"min_p\":0,\"repetition_penalty\":1.1",
        "\"logprobs\":null,\"stop\":null,\"stream\":false,\"model\":\"tiny\""
      })
  void whatChangesNothingIsAccepted(String fields) {
    Reply reply =
        server.post(TinyServer.COMPLETIONS, "{\"prompt\":\"a\",\"max_tokens\":1," + fields + "}");

    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
  }

  @Test
  void aPromptThatIsLongerThanTheContext() {
    String prompt = "a".repeat(64);

    assertRefused(
        server.post(TinyServer.COMPLETIONS, "{\"prompt\":\"" + prompt + "\"}"),
        400,
        "prompt",
        "65 tokens; this model's context holds 64");
  }

  @Test
  void anUnknownModel() {
    assertRefused(
        server.post(TinyServer.COMPLETIONS, "{\"prompt\":\"a\",\"model\":\"gpt\"}"),
        404,
        "model",
        "'gpt' does not exist");
    assertRefused(server.get("/v1/models/gpt"), 404, "model", "'gpt' does not exist");
  }

  @Test
  void anUnknownPath() {
    assertRefused(server.get("/v1/embeddings"), 404, "null", "nothing at this path");
    assertRefused(server.get("/"), 404, "null", "nothing at this path");
  }

  @Test
  void aWrongMethodNamesTheRightOne() {
    Reply got = server.get(TinyServer.COMPLETIONS);
    assertRefused(got, 405, "null", "Use POST");
    assertThat(got.headers().firstValue("Allow")).contains("POST");
    assertRefused(server.send("DELETE", "/v1/models"), 405, "null", "Use GET");
  }

  @Test
  void aBodyThatIsDeclaredTooLargeIsNotWaitedFor() throws IOException {
    String response =
        server.raw(
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2001\r\n\r\n");

    assertThat(response)
        .startsWith("HTTP/1.1 413 ")
        .containsIgnoringCase("\nConnection: close")
        .contains("\"error\"", "too large");
  }

  @Test
  void aBodyWithoutALengthIsCutAtTheBound() throws IOException {
    String chunk = "400\r\n" + " ".repeat(0x400) + "\r\n";

    String response =
        server.raw(
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunk
                + chunk);

    assertThat(response).startsWith("HTTP/1.1 413 ").contains("\"error\"", "too large");
  }

  @Test
  void aBodyThatDoesNotArriveInTime() throws IOException {
    String response =
        server.raw(
            "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");

    assertThat(response).startsWith("HTTP/1.1 408 ").contains("took too long");
  }

  @Test
  void aRequestThatIsNoHttp() throws IOException {
    String response =
        server.raw("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nBad Header\r\n\r\n");

    assertThat(response).startsWith("HTTP/1.1 400 ").contains("\"error\"").doesNotContain("<html");
  }
}
