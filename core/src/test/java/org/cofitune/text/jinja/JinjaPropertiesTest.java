package org.cofitune.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.cofitune.error.CofituneException;

final class JinjaPropertiesTest {
  private static final Map<String, Object> CONTEXT =
      Map.of("x", List.of(1, "a", Map.of("k", 2.5)), "s", "text", "n", 3);

  @Property(tries = 3000)
  void anySourceRendersOrIsRefusedInWords(@ForAll("sources") String source) {
    try {
      JinjaTemplate.compile("soup", source).render(CONTEXT);
    } catch (CofituneException e) {
      assertThat(e).hasMessageStartingWith("soup");
    }
  }

  @Property(tries = 500)
  void textWithoutTagsStaysAsItIs(@ForAll("plain") String text) {
    assertThat(JinjaTemplate.compile("plain", text, Dialect.TASK_FIELD).render(Map.of()))
        .isEqualTo(text);
  }

  @Provide
  Arbitrary<String> sources() {
    return Arbitraries.of(
            "{{",
            "}}",
            "{%",
            "%}",
            "-%}",
            "{%-",
            "{#",
            "#}",
            " ",
            "\n",
            "for",
            "in",
            "if",
            "else",
            "elif",
            "endif",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
            "call",
            "endcall",
            "raw",
            "endraw",
            "filter",
            "is",
            "not",
            "and",
            "loop",
            "x",
            "s",
            "n",
            "f",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ".",
            ",",
            ":",
            "|",
            "=",
            "==",
            "+",
            "-",
            "*",
            "**",
            "/",
            "//",
            "%",
            "~",
            "<",
            "1",
            "2.5",
            "'a'",
            "\"",
            "\\",
            "upper",
            "map",
            "join",
            "range",
            "namespace",
            "break",
            "none",
            "true",
            "😀")
        .list()
        .ofMaxSize(25)
        .map(parts -> String.join(parts.hashCode() % 2 == 0 ? " " : "", parts));
  }

  @Provide
  Arbitrary<String> plain() {
    return Arbitraries.strings().withChars("ab }%#-\n\t😀é").ofMaxLength(40);
  }
}
