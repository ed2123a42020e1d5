package org.cofitune.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cofitune.error.CofituneException;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Real chat templates with the texts of Python's jinja2, set up as transformers does. */
final class JinjaGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2025-01-02T12:00:00Z"), ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> rendersWhatPythonRenders() throws IOException {
    JsonNode cases = JSON.readTree(Shared.of("golden/chat-templates.json").toFile());
    return StreamSupport.stream(cases.spliterator(), false)
        .map(
            node ->
                DynamicTest.dynamicTest(
                    node.get("name").textValue() + " " + node.get("conv").textValue(),
                    () -> check(node)));
  }

  private static void check(JsonNode node) {
    String name = node.get("name").textValue();
    String source = node.get("template").textValue();
    Map<String, Object> context = JSON.convertValue(node.get("ctx"), new TypeReference<>() {});
    if (name.equals("p_generation_tag")) {
      // The golden run left out transformers' own tag; with it the text is what the model wrote.
      assertThat(render(source, context)).isEqualTo(contentOfAssistant(node));
    } else if (node.hasNonNull("ok")) {
      assertThat(render(source, context)).isEqualTo(node.get("ok").textValue());
    } else {
      String message = node.get("err").textValue().replaceFirst("^TemplateError: ", "");
      assertThatThrownBy(() -> render(source, context))
          .isInstanceOf(CofituneException.class)
          .hasMessageContaining(message);
    }
  }

  private static String contentOfAssistant(JsonNode node) {
    StringBuilder text = new StringBuilder();
    for (JsonNode message : node.get("ctx").get("messages")) {
      if (message.get("role").textValue().equals("assistant")) {
        text.append(message.get("content").textValue());
      }
    }
    return text.toString();
  }

  private static String render(String source, Map<String, Object> context) {
    return JinjaTemplate.compile("template", source).withClock(CLOCK).render(context);
  }
}
