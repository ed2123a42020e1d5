package org.cofitune.text.jinja;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.testing.Hostile;

final class JinjaTemplateFuzzTest {
  /** A run that goes to its limits takes too long to be tried millions of times. */
  private static final RenderingLimits SMALL =
      new RenderingLimits(2000, 1 << 12, 1 << 8, 1 << 16, 20, 2000);

  private static final Map<String, Object> CONTEXT = context();

  @FuzzTest
  void anySourceRendersOrIsRefused(byte[] bytes) {
    String source = new String(bytes, StandardCharsets.UTF_8);
    for (Dialect dialect : Dialect.values()) {
      Hostile.readOrRefuse(
          "fuzzed",
          () -> JinjaTemplate.compile("fuzzed", source, dialect).withLimits(SMALL).render(CONTEXT));
    }
  }

  /** What the small templates are rendered over that jinja2 rendered too, and a conversation. */
  private static Map<String, Object> context() {
    ObjectMapper json = new ObjectMapper();
    try (InputStream in = JinjaTemplate.class.getResourceAsStream("/text/jinja-cases.json")) {
      JsonNode cases = json.readTree(in).path("context");
      Map<String, Object> context = new HashMap<>();
      cases
          .properties()
          .forEach(e -> context.put(e.getKey(), json.convertValue(e.getValue(), Object.class)));
      context.put(
          "messages",
          List.of(
              Map.of("role", "user", "content", "Where is 'it'?"),
              Map.of("role", "assistant", "content", "Here: {1, 2.5}\n")));
      context.put("add_generation_prompt", true);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
