package org.cofitune.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.generate.Generation;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.Generator;
import org.cofitune.server.TinyServer.Reply;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChatTest {
  private static final String MESSAGES =
      "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
          + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}]";

  @TempDir Path directory;
  private TinyServer server;

  @BeforeEach
  void start() throws IOException {
    Path folder = TinyModel.llama().writeTo(directory);
    Files.writeString(
        folder.resolve("chat_template.jinja"),
        "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}");
    server = TinyServer.start(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Generation expected(GenerationConfig config) {
    int[] prompt = server.tokenizer.encode("[system]Be brief.[user]Hi[assistant]", true);
    return new Generator(server.model.decoder(), server.tokenizer)
        .generate(List.of(prompt), config)
        .get(0);
  }

  @Test
  void aConversationIsAskedInTheCheckpointsOwnFormat() {
    Reply reply =
        server.post(
            TinyServer.CHAT, "{" + MESSAGES + ",\"max_completion_tokens\":7,\"temperature\":0}");

    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    JsonNode json = reply.json();
    assertThat(json.path("id").asText()).startsWith("chatcmpl-");
    assertThat(json.path("object").asText()).isEqualTo("chat.completion");
    JsonNode message = reply.choice().path("message");
    assertThat(message.path("role").asText()).isEqualTo("assistant");
    assertThat(message.path("content").asText())
        .isEqualTo(expected(GenerationConfig.greedy(7, List.of(TinyModel.EOS))).text());
    assertThat(message.path("refusal").isNull()).isTrue();
    assertThat(reply.choice().path("logprobs").isNull()).isTrue();
    assertThat(reply.choice().path("finish_reason").asText()).isEqualTo("length");
    assertThat(json.path("usage").path("completion_tokens").asInt()).isEqualTo(7);
  }

  @Test
  void everyTokenIsToldWithItsBytesAndAlternatives() {
    JsonNode content =
        server
            .post(
                TinyServer.CHAT,
                "{"
                    + MESSAGES
                    + ",\"max_tokens\":3,\"temperature\":0,\"logprobs\":true,\"top_logprobs\":2}")
            .choice()
            .path("logprobs")
            .path("content");
    var tokens =
        expected(GenerationConfig.greedy(3, List.of()).with().topLogprobs(2).build()).tokens();

    assertThat(content.size()).isEqualTo(3);
    for (int i = 0; i < 3; i++) {
      JsonNode one = content.path(i);
      assertThat(one.path("bytes").path(0).asInt())
          .isEqualTo(tokens.get(i).id() - TinyModel.FIRST_BYTE);
      assertThat(one.path("top_logprobs").size()).isEqualTo(2);
      assertThat(one.path("top_logprobs").path(0).path("logprob").asDouble())
          .isEqualTo(one.path("logprob").asDouble());
    }
  }

  @Test
  void aStreamSaysInPiecesWhatAWholeAnswerSays() {
    String request = "{" + MESSAGES + ",\"max_tokens\":30,\"temperature\":0,\"logprobs\":true";
    Reply whole = server.post(TinyServer.CHAT, request + "}");

    Reply stream =
        server.post(
            TinyServer.CHAT,
            request + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");

    assertThat(stream.headers().firstValue("Content-Type")).contains("text/event-stream");
    assertThat(stream.body()).endsWith("\n\ndata: [DONE]\n\n");
    List<JsonNode> events = stream.events();
    StringBuilder text = new StringBuilder();
    List<JsonNode> tokens = new ArrayList<>();
    for (JsonNode event : events.subList(0, events.size() - 1)) {
      assertThat(event.path("object").asText()).isEqualTo("chat.completion.chunk");
      assertThat(event.path("id")).isEqualTo(events.get(0).path("id"));
      assertThat(event.path("usage").isNull()).isTrue();
      JsonNode choice = event.path("choices").path(0);
      text.append(choice.path("delta").path("content").asText());
      choice.path("logprobs").path("content").forEach(tokens::add);
    }
    assertThat(events.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    assertThat(text).hasToString(whole.choice().at("/message/content").asText());
    assertThat(tokens).containsExactlyElementsOf(whole.choice().path("logprobs").path("content"));
    JsonNode end = events.get(events.size() - 2).path("choices").path(0);
    assertThat(end.path("finish_reason")).isEqualTo(whole.choice().path("finish_reason"));
    JsonNode cost = events.get(events.size() - 1);
    assertThat(cost.path("choices").size()).isZero();
    assertThat(cost.path("usage")).isEqualTo(whole.json().path("usage"));
  }

  @Test
  void aStreamOfCompletionsSaysInPiecesWhatTheWholeSays() {
    String request =
        "{\"prompt\":[\"ab\",\"wxyz\"],\"max_tokens\":25,\"temperature\":0,\"logprobs\":1,\"echo\":true";
    Reply whole = server.post(TinyServer.COMPLETIONS, request + "}");

    List<JsonNode> events =
        server.post(TinyServer.COMPLETIONS, request + ",\"stream\":true}").events();

    for (int i = 0; i < 2; i++) {
      JsonNode expected = whole.json().path("choices").path(i);
      StringBuilder text = new StringBuilder();
      List<JsonNode> tokens = new ArrayList<>();
      List<JsonNode> offsets = new ArrayList<>();
      String finish = "";
      for (JsonNode event : events) {
        JsonNode choice = event.path("choices").path(0);
        if (choice.path("index").asInt() == i) {
          text.append(choice.path("text").asText());
          choice.path("logprobs").path("tokens").forEach(tokens::add);
          choice.path("logprobs").path("text_offset").forEach(offsets::add);
          finish = choice.path("finish_reason").asText();
        }
      }
      assertThat(text).hasToString(expected.path("text").asText());
      assertThat(tokens).containsExactlyElementsOf(expected.path("logprobs").path("tokens"));
      assertThat(offsets).containsExactlyElementsOf(expected.path("logprobs").path("text_offset"));
      assertThat(finish).isEqualTo(expected.path("finish_reason").asText());
    }
  }

  @Test
  void theModelIsListed() {
    JsonNode list = server.get("/v1/models").json();

    assertThat(list.path("object").asText()).isEqualTo("list");
    assertThat(list.at("/data/0/id").asText()).isEqualTo("tiny");
    assertThat(list.at("/data/0/object").asText()).isEqualTo("model");
    assertThat(list.at("/data/0/created").isIntegralNumber()).isTrue();
    assertThat(list.at("/data/0/owned_by").asText()).isEqualTo("cofitune");
    assertThat(server.get("/v1/models/tiny").json()).isEqualTo(list.at("/data/0"));
  }
}
