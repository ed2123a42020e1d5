package org.cofitune.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JinjaTemplateTest {
  @Test
  void errorsNameTheTemplateAndTheLine() {
    assertThatThrownBy(() -> render("a\n\n{{ x.y }}"))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessage("test:3: template: 'x' is undefined");
    assertThatThrownBy(() -> render("a\n{% if true %}\n{% include 'x' %}\n{% endif %}"))
        .hasMessage("test:3: template: the tag {% include %} is not supported");
    assertThatThrownBy(() -> render("a\n{% for x in [1] %}\n{{ x }}"))
        .hasMessage("test:2: template: {% for %} without {% endfor %}");
    assertThatThrownBy(() -> render("{{ 'a'\n\n + ] }}"))
        .hasMessageStartingWith("test:3: template: unexpected ']'");
  }

  @Test
  void whatTheTemplateRaisesIsAnErrorOfTheData() {
    assertThatThrownBy(() -> render("{{ raise_exception('roles must alternate') }}"))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA))
        .hasMessageContaining("test:1")
        .hasMessageContaining("roles must alternate");
  }

  @Test
  void anUnknownFilterIsAnErrorOnlyWhereItIsReached() {
    assertThat(render("{% if false %}{{ 1 | nope }}{% endif %}ok")).isEqualTo("ok");
    assertThatThrownBy(() -> render("{{ 1 | nope }}"))
        .hasMessageContaining("the filter 'nope' is not supported");
  }

  @Test
  void generationTagsMarkWhatTheModelWrites() {
    JinjaTemplate template =
        JinjaTemplate.compile(
            "test",
            "{% for m in ms %}<{{ m.r }}>{% if m.r == 'a' %}{% generation %}{{ m.c }}!"
                + "{% endgeneration %}{% else %}{{ m.c }}{% endif %}{% endfor %}");
    JinjaTemplate.Rendered rendered =
        template.renderWithSpans(
            Map.of(
                "ms",
                List.of(
                    Map.of("r", "u", "c", "hi"),
                    Map.of("r", "a", "c", "😀"),
                    Map.of("r", "u", "c", "x"),
                    Map.of("r", "a", "c", "y"))));
    assertThat(rendered.text()).isEqualTo("<u>hi<a>😀!<u>x<a>y!");
    assertThat(
            rendered.generated().stream().map(s -> rendered.text().substring(s.start(), s.end())))
        .containsExactly("😀!", "y!");
  }

  @Test
  void theClockCanBeSet() {
    Clock clock = Clock.fixed(Instant.parse("2024-07-26T00:00:00Z"), ZoneOffset.UTC);
    assertThat(
            JinjaTemplate.compile("test", "{{ strftime_now('%d %b %Y') }}")
                .withClock(clock)
                .render(Map.of()))
        .isEqualTo("26 Jul 2024");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5", "1114112", "4294967361"})
  void aNumberThatIsNoCharacterIsRefused(String code) {
    assertThatThrownBy(() -> render("{{ '%c' % " + code + " }}"))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("%c arg not in range(0x110000)");
  }

  @Test
  void javaIsOutOfReach() {
    assertThatThrownBy(() -> render("{{ 'a'.getClass() }}"))
        .hasMessageContaining("has no attribute 'getClass'");
    assertThatThrownBy(() -> render("{{ [].stream().count() }}"))
        .hasMessageContaining("has no attribute 'stream'");
    assertThatThrownBy(() -> render("{{ ''['__class__'] }}")).hasMessageContaining("__class__");
  }

  @Test
  void valuesOfNoTemplateTypeAreRefused() {
    assertThatThrownBy(() -> JinjaTemplate.compile("test", "").render(Map.of("x", new Object())))
        .isInstanceOf(IllegalArgumentException.class);
    Map<String, Object> withNull = new HashMap<>();
    withNull.put("x", null);
    assertThat(JinjaTemplate.compile("test", "{{ x }}").render(withNull)).isEqualTo("None");
  }

  @ParameterizedTest
  @Timeout(20)
  @ValueSource(
      strings = {
        "{% set r = range(90000) %}{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for i in range(90) %}{% set ns.x = ns.x ~ ns.x %}"
            + "{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = ns.x + ns.x %}"
            + "{% endfor %}",
        "{{ 'x' * 99999999999 }}",
        "{{ [1] * 99999999 }}",
        "{{ 'x'.center(99999999999) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ ('a' * 9999).replace('a', 'b' * 9999) }}",
        "{{ ('a' * 9999) | list | join('b' * 9999) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(90000) %}{% set ns.x = [ns.x] %}"
            + "{% endfor %}{{ ns.x }}",
        "{{ range(9999999999) }}",
        "{{ 9 ** 99 }}",
        "{{ 2 ** 9999999999 }}",
        "{{ [1] | batch(999999999, 0) | list }}",
        "{{ [1] | slice(999999999) | list }}",
        "{{ 1 | tojson(indent=99999999999) }}",
        "{{ 9223372036854775807 | round(-1) }}",
        "{{ [[1]] | tojson(indent=9999999) }}{{ [[1]] | tojson(indent=16777216) }}",
      })
  void aTemplateThatRunsAwayIsStopped(String source) {
    assertThatThrownBy(() -> render(source)).isInstanceOf(CofituneException.class);
  }

  /** As Jinja2 renders it. */
  @Test
  void anUndefinedNamedArgumentOfFormatIsEmpty() {
    assertThat(render("{{ '[%(x)s]' | format(x=unknown) }}")).isEqualTo("[]");
  }

  @Test
  @Timeout(20)
  void whatRunsAwayIsSaidInItsOwnWords() {
    assertThatThrownBy(() -> render("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"))
        .hasMessageContaining("calls itself deeper than");
    assertThatThrownBy(
            () ->
                render(
                    "{% for i in range(90000) %}{% set x = ('ab' * 500000) | upper %}{% endfor %}"))
        .hasMessageContaining("makes a text longer than");
  }

  @Test
  @Timeout(20)
  void nestingBeyondAllMeasureIsRefused() {
    for (String[] pair : new String[][] {{"(", ")"}, {"[", "]"}, {"-", ""}, {"not ", ""}}) {
      String source = "{{ " + pair[0].repeat(100_000) + "1" + pair[1].repeat(100_000) + " }}";
      assertThatThrownBy(() -> render(source))
          .isInstanceOf(CofituneException.class)
          .hasMessageContaining("nests too deeply");
    }
    List<Object> nested = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      nested = new ArrayList<>(List.of(nested));
    }
    Map<String, Object> context = Map.of("x", nested);
    assertThatThrownBy(() -> JinjaTemplate.compile("test", "{{ x }}").render(context))
        .hasMessageContaining("nests too deeply");
  }

  @Test
  @Timeout(20)
  void aPatternThatBacktracksWithoutEndIsStopped() {
    JinjaTemplate template =
        JinjaTemplate.compile(
            "test", "{{ x | regex_replace('(a|aa)+\\\\1c', '') }}", Dialect.TASK_FIELD);
    assertThatThrownBy(() -> template.render(Map.of("x", "a".repeat(60))))
        .hasMessageContaining("backtracks without end");
  }

  @ParameterizedTest
  @Timeout(20)
  @ValueSource(
      strings = {
        "{{ '' | regex_replace('(|){60}x', '') }}",
        "{{ ('a' * 999999) | regex_replace('.*', '\\\\g<0>' * 9999) }}",
        "{{ ('a' * 999999) | regex_replace('.*', 'b' * 9999999 ~ '\\\\g<0>' * 9999) }}",
      })
  void aReplacementThatRunsAwayIsStopped(String source) {
    JinjaTemplate template = JinjaTemplate.compile("test", source, Dialect.TASK_FIELD);
    assertThatThrownBy(() -> template.render(Map.of())).isInstanceOf(CofituneException.class);
  }

  private static String render(String source) {
    return JinjaTemplate.compile("test", source).render(Map.of());
  }
}
