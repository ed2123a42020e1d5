package org.cofitune.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cofitune.error.CofituneException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Small templates over one context. The file has the text that Python's jinja2 gives ({@code
 * text}), or its error ({@code error}); {@code refused} marks what Python renders and the
 * interpreter does not know.
 */
final class JinjaConformanceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2025-01-02T03:04:05Z"), ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> agreesWithPython() throws IOException {
    JsonNode file;
    try (InputStream stream = getClass().getResourceAsStream("/text/jinja-cases.json")) {
      file = JSON.readTree(Objects.requireNonNull(stream));
    }
    Map<String, Object> context = JSON.convertValue(file.get("context"), new TypeReference<>() {});
    return StreamSupport.stream(file.get("cases").spliterator(), false)
        .map(
            node ->
                DynamicTest.dynamicTest(
                    node.get("template").textValue(), () -> check(node, context)));
  }

  private static void check(JsonNode node, Map<String, Object> context) {
    String source = node.get("template").textValue();
    Dialect dialect = Dialect.valueOf(node.get("dialect").textValue());
    if (node.has("refused")) {
      assertThatThrownBy(() -> render(source, dialect, context))
          .isInstanceOf(CofituneException.class)
          .hasMessageContaining(node.get("refused").textValue() + " is not supported");
    } else if (node.has("text")) {
      assertThat(render(source, dialect, context)).isEqualTo(node.get("text").textValue());
    } else {
      assertThatThrownBy(() -> render(source, dialect, context))
          .isInstanceOf(CofituneException.class);
    }
  }

  private static String render(String source, Dialect dialect, Map<String, Object> context) {
    return JinjaTemplate.compile("case", source, dialect).withClock(CLOCK).render(context);
  }
}
