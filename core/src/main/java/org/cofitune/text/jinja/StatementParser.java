package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.text.jinja.Statement.Flow;
import org.cofitune.text.jinja.Token.Kind;
import org.jspecify.annotations.Nullable;

/** Reads the statements of a template. */
final class StatementParser {
  private final TokenStream tokens;
  private final Dialect dialect;
  private final Set<String> mentions = new HashSet<>();
  private final ExpressionParser expressions;

  /** Loops around the current statement that {@code break} can end. */
  private int loops;

  private StatementParser(List<Token> tokens, Dialect dialect) {
    this.tokens = new TokenStream(tokens);
    this.dialect = dialect;
    this.expressions = new ExpressionParser(this.tokens, mentions);
  }

  static List<Statement> parse(String source, Dialect dialect) {
    StatementParser parser = new StatementParser(Lexer.tokens(source, dialect), dialect);
    return parser.body(null);
  }

  /** Statements up to one of the tags in {@code ends}, which becomes current, or to the end. */
  private List<Statement> body(@Nullable Token opened, String... ends) {
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = tokens.next();
      switch (token.kind()) {
        case TEXT -> statements.add(new Statement.Text(token.text()));
        case OUTPUT_BEGIN -> {
          statements.add(new Statement.Print(expressions.tuple(true), token.line()));
          tokens.expect(Kind.OUTPUT_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          Token tag = tokens.current();
          if (Set.of(ends).contains(tag.text()) && tag.is(Kind.NAME)) {
            return statements;
          }
          statements.add(statement());
          tokens.expect(Kind.BLOCK_END, "'%}'");
        }
        default -> {
          if (opened != null) {
            throw TemplateError.at(
                opened.line(),
                "{% " + opened.text() + " %} without {% " + ends[ends.length - 1] + " %}");
          }
          return statements;
        }
      }
    }
  }

  /** A body that ends with one tag, whose name is read too. */
  private List<Statement> bodyTo(Token opened, String end) {
    tokens.expect(Kind.BLOCK_END, "'%}'");
    List<Statement> statements = body(opened, end);
    tokens.next();
    return statements;
  }

  /** A body whose output is captured: {@code break} cannot leave it. */
  private List<Statement> captured(Token opened, String end) {
    int outer = loops;
    loops = 0;
    List<Statement> statements = bodyTo(opened, end);
    loops = outer;
    return statements;
  }

  private Statement statement() {
    Token tag = tokens.expect(Kind.NAME, "the name of a tag");
    return switch (tag.text()) {
      case "for" -> loop(tag);
      case "if" -> condition(tag);
      case "set" -> assignment(tag);
      case "macro" -> macro(tag);
      case "call" -> callBlock(tag);
      case "filter" -> filterBlock(tag);
      case "with" -> with(tag);
      default -> extension(tag);
    };
  }

  /** Tags that transformers adds to jinja2's own. */
  private Statement extension(Token tag) {
    if (dialect != Dialect.CHAT_TEMPLATE) {
      throw unknown(tag);
    }
    return switch (tag.text()) {
      case "break" -> jump(tag, Flow.BREAK);
      case "continue" -> jump(tag, Flow.CONTINUE);
      case "generation" -> new Statement.Generation(captured(tag, "endgeneration"), tag.line());
      default -> throw unknown(tag);
    };
  }

  private Statement jump(Token tag, Flow flow) {
    if (loops == 0) {
      throw TemplateError.at(tag.line(), "{% " + tag.text() + " %} outside of a loop");
    }
    return new Statement.Jump(flow);
  }

  private Statement filterBlock(Token tag) {
    List<FilterCall> filters = new ArrayList<>(List.of(expressions.filter()));
    filters.addAll(filters());
    return new Statement.FilterBlock(filters, captured(tag, "endfilter"), tag.line());
  }

  private static TemplateError unknown(Token tag) {
    return TemplateError.unsupportedAt(tag.line(), "the tag {% " + tag.text() + " %}");
  }

  private Statement loop(Token tag) {
    Target target = target();
    if (!tokens.skipName("in")) {
      throw tokens.unexpected("'in'");
    }
    Expression iterable = expressions.tuple(false);
    Expression condition = tokens.skipName("if") ? expressions.expression() : null;
    if (tokens.atName("recursive")) {
      throw TemplateError.unsupportedAt(tag.line(), "a recursive loop");
    }
    tokens.expect(Kind.BLOCK_END, "'%}'");
    loops++;
    List<Statement> body = body(tag, "else", "endfor");
    loops--;
    List<Statement> otherwise = tokens.next().isName("else") ? bodyTo(tag, "endfor") : List.of();
    return new Statement.For(target, iterable, condition, body, otherwise, tag.line());
  }

  private Statement condition(Token tag) {
    Expression condition = expressions.tuple(false);
    tokens.expect(Kind.BLOCK_END, "'%}'");
    List<Statement> then = body(tag, "elif", "else", "endif");
    Token next = tokens.next();
    List<Statement> otherwise =
        next.isName("elif")
            ? List.of(condition(next))
            : next.isName("else") ? bodyTo(tag, "endif") : List.of();
    return new Statement.If(condition, then, otherwise, tag.line());
  }

  private Statement assignment(Token tag) {
    Target target = target();
    if (tokens.skipOperator("=")) {
      return new Statement.Assign(target, expressions.tuple(true), tag.line());
    }
    List<FilterCall> filters = filters();
    return new Statement.AssignBlock(target, filters, captured(tag, "endset"), tag.line());
  }

  private List<FilterCall> filters() {
    List<FilterCall> filters = new ArrayList<>();
    while (tokens.skipOperator("|")) {
      filters.add(expressions.filter());
    }
    return filters;
  }

  private Target target() {
    Target first = singleTarget();
    if (!tokens.atOperator(",")) {
      return first;
    }
    List<Target> targets = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && (tokens.at(Kind.NAME) || tokens.atOperator("("))) {
      if (tokens.atName("in")) {
        break;
      }
      targets.add(singleTarget());
    }
    return new Target.Several(targets);
  }

  private Target singleTarget() {
    if (tokens.skipOperator("(")) {
      Target inner = target();
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.expectName();
    return tokens.skipOperator(".")
        ? new Target.NamespaceAttribute(name, tokens.expectName())
        : new Target.Variable(name);
  }

  private Statement macro(Token tag) {
    String name = tokens.expectName();
    Set<String> outer = new HashSet<>(mentions);
    mentions.clear();
    Map<String, Expression> defaults = new LinkedHashMap<>();
    List<String> parameters = parameters(defaults);
    List<Statement> body = captured(tag, "endmacro");
    MacroSignature signature = new MacroSignature(name, parameters, defaults, Set.copyOf(mentions));
    mentions.addAll(outer);
    return new Statement.DefineMacro(signature, body, tag.line());
  }

  private List<String> parameters(Map<String, Expression> defaults) {
    List<String> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      String name = tokens.expectName();
      if (tokens.skipOperator("=")) {
        defaults.put(name, expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.unexpected("a default for parameter '" + name + "'");
      }
      parameters.add(name);
    }
    return parameters;
  }

  private Statement callBlock(Token tag) {
    Map<String, Expression> defaults = new LinkedHashMap<>();
    List<String> parameters = tokens.atOperator("(") ? parameters(defaults) : List.of();
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw TemplateError.at(tag.line(), "{% call %} expects a call");
    }
    List<Statement> body = captured(tag, "endcall");
    MacroSignature signature =
        new MacroSignature(MacroSignature.CALLER, parameters, defaults, Set.of());
    return new Statement.CallBlock(call, signature, body, tag.line());
  }

  private Statement with(Token tag) {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.at(Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(singleTarget());
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statement.With(targets, values, bodyTo(tag, "endwith"), tag.line());
  }
}
