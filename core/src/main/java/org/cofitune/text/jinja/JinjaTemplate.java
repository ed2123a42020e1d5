package org.cofitune.text.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * A Jinja template as checkpoints and evaluation tasks carry it, giving the text that Python's
 * jinja2 gives.
 *
 * <pre>{@code
 * JinjaTemplate template = JinjaTemplate.compile("greeting", "{{ name | upper }}!");
 * template.render(Map.of("name", "ada")); // "ADA!"
 * }</pre>
 *
 * <p>What jinja2 or Python know and this interpreter does not is an error that names the construct
 * and its line, never a different text. Templates come with downloads: they reach nothing but the
 * values given to them, and how long they run and how much they write is bounded.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class JinjaTemplate {
  private final String name;
  private final Dialect dialect;
  private final List<Statement> body;
  private final Clock clock;
  private final RenderingLimits limits;

  private JinjaTemplate(
      String name, Dialect dialect, List<Statement> body, Clock clock, RenderingLimits limits) {
    this.name = name;
    this.dialect = dialect;
    this.body = body;
    this.clock = clock;
    this.limits = limits;
  }

  /**
   * A stretch of the rendered text.
   *
   * @param start first UTF-16 unit
   * @param end one past the last UTF-16 unit
   */
  public record Span(int start, int end) {}

  /**
   * A rendered text.
   *
   * @param generated what stood inside {@code {% generation %}} tags, in order
   */
  public record Rendered(String text, List<Span> generated) {
    public Rendered {
      generated = List.copyOf(generated);
    }
  }

  /** Compiles a chat template; {@code name} says in messages where it comes from. */
  public static JinjaTemplate compile(String name, String source) {
    return compile(name, source, Dialect.CHAT_TEMPLATE);
  }

  /**
   * Compiles a template.
   *
   * @throws CofituneException of kind FORMAT for what is no Jinja or not supported
   */
  public static JinjaTemplate compile(String name, String source, Dialect dialect) {
    try {
      List<Statement> body = StatementParser.parse(source, dialect);
      return new JinjaTemplate(
          name, dialect, body, Clock.system(ZoneId.systemDefault()), RenderingLimits.DEFAULT);
    } catch (TemplateError e) {
      throw error(name, e.line(), e);
    } catch (StackOverflowError e) {
      throw error(name, 0, TemplateError.of("nests too deeply"));
    }
  }

  /** The template with another clock for {@code strftime_now}. */
  public JinjaTemplate withClock(Clock other) {
    return new JinjaTemplate(name, dialect, body, other, limits);
  }

  JinjaTemplate withLimits(RenderingLimits other) {
    return new JinjaTemplate(name, dialect, body, clock, other);
  }

  /**
   * Renders the text.
   *
   * @param context variables: maps, lists, texts, numbers, booleans and null
   * @throws CofituneException of kind FORMAT where the template fails; of kind DATA where it
   *     refuses its input with {@code raise_exception}
   */
  public String render(Map<String, ?> context) {
    return renderWithSpans(context).text();
  }

  /** As {@link #render}, with what the template marks as written by the model. */
  public Rendered renderWithSpans(Map<String, ?> context) {
    Rendering rendering = new Rendering(dialect, LocalDateTime.now(clock), limits);
    Output out = new Output(rendering);
    Map<String, Object> variables = new HashMap<>(Globals.of(dialect));
    try {
      context.forEach((key, value) -> variables.put(key, PythonValues.of(value)));
      Statement.executeAll(body, Scope.outermost(variables).inner(), rendering, out);
      return new Rendered(out.text(), out.generated());
    } catch (TemplateError e) {
      throw error(name, e.line() > 0 ? e.line() : rendering.line(), e);
    } catch (StackOverflowError e) {
      throw error(name, rendering.line(), TemplateError.of("nests too deeply"));
    }
  }

  private static CofituneException error(String name, int line, TemplateError error) {
    String place = line > 0 ? name + ":" + line : name;
    if (error.isRaisedByTemplate()) {
      return CofituneException.of(ErrorKind.DATA, "the template refuses its input")
          .at(place)
          .found(error.getMessage())
          .next("change the rows or give another template")
          .cause(error)
          .build();
    }
    return CofituneException.of(ErrorKind.FORMAT, "template: " + error.getMessage())
        .at(place)
        .cause(error)
        .build();
  }
}
