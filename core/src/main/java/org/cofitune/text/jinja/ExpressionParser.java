package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.cofitune.text.jinja.Expression.Attribute;
import org.cofitune.text.jinja.Expression.Binary;
import org.cofitune.text.jinja.Expression.Call;
import org.cofitune.text.jinja.Expression.Comparison;
import org.cofitune.text.jinja.Expression.Concatenation;
import org.cofitune.text.jinja.Expression.Conditional;
import org.cofitune.text.jinja.Expression.DictOf;
import org.cofitune.text.jinja.Expression.Element;
import org.cofitune.text.jinja.Expression.Filtered;
import org.cofitune.text.jinja.Expression.ListOf;
import org.cofitune.text.jinja.Expression.Literal;
import org.cofitune.text.jinja.Expression.Logic;
import org.cofitune.text.jinja.Expression.Name;
import org.cofitune.text.jinja.Expression.Not;
import org.cofitune.text.jinja.Expression.Sign;
import org.cofitune.text.jinja.Expression.Slice;
import org.cofitune.text.jinja.Expression.Tested;
import org.cofitune.text.jinja.Expression.TupleOf;
import org.cofitune.text.jinja.Token.Kind;
import org.jspecify.annotations.Nullable;

/** Reads expressions, loosest binding first, in the order of jinja2's grammar. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream tokens;

  /** Names read so far; a macro looks at those of its body. */
  private final Set<String> mentions;

  ExpressionParser(TokenStream tokens, Set<String> mentions) {
    this.tokens = tokens;
    this.mentions = mentions;
  }

  /** An expression, or several separated by commas, which make a tuple. */
  Expression tuple(boolean conditional) {
    Supplier<Expression> part = conditional ? this::expression : this::or;
    Expression first = part.get();
    if (!tokens.atOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && !atTupleEnd()) {
      items.add(part.get());
    }
    return new TupleOf(items);
  }

  private boolean atTupleEnd() {
    return tokens.at(Kind.OUTPUT_END) || tokens.at(Kind.BLOCK_END) || tokens.atOperator(")");
  }

  Expression expression() {
    Expression result = or();
    while (tokens.skipName("if")) {
      Expression condition = or();
      Expression otherwise = tokens.skipName("else") ? expression() : null;
      result = new Conditional(condition, result, otherwise);
    }
    return result;
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Logic(false, left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Logic(true, left, not());
    }
    return left;
  }

  private Expression not() {
    return tokens.skipName("not") ? new Not(not()) : comparison();
  }

  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    while (true) {
      if (tokens.at(Kind.OPERATOR) && COMPARISONS.contains(tokens.current().text())) {
        operators.add(tokens.next().text());
      } else if (tokens.skipName("in")) {
        operators.add("in");
      } else if (tokens.atName("not") && tokens.ahead().isName("in")) {
        tokens.next();
        tokens.next();
        operators.add("not in");
      } else {
        return operators.isEmpty() ? first : new Comparison(first, operators, others);
      }
      others.add(sum());
    }
  }

  private Expression sum() {
    return binary(Set.of("+", "-"), this::concatenation);
  }

  private Expression concatenation() {
    Expression first = product();
    if (!tokens.atOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Concatenation(parts);
  }

  private Expression product() {
    return binary(Set.of("*", "/", "//", "%"), this::power);
  }

  private Expression power() {
    return binary(Set.of("**"), () -> unary(true));
  }

  private Expression binary(Set<String> operators, Supplier<Expression> operand) {
    Expression left = operand.get();
    while (tokens.at(Kind.OPERATOR) && operators.contains(tokens.current().text())) {
      Token operator = tokens.next();
      left = new Binary(operator.text(), left, operand.get(), operator.line());
    }
    return left;
  }

  private Expression unary(boolean filters) {
    Expression expression;
    if (tokens.atOperator("-") || tokens.atOperator("+")) {
      boolean negative = tokens.next().isOperator("-");
      expression = new Sign(negative, unary(false));
    } else {
      expression = primary();
    }
    expression = postfix(expression);
    return filters ? filtersAndTests(expression) : expression;
  }

  private Expression primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> name(token.text());
      case STRING -> strings(token);
      case INTEGER -> new Literal(integer(token));
      case FLOAT -> new Literal(Double.valueOf(token.text().replace("_", "")));
      case OPERATOR -> bracketed(token);
      default -> throw TemplateError.at(token.line(), "unexpected " + token.describe());
    };
  }

  private Expression bracketed(Token open) {
    return switch (open.text()) {
      case "(" -> parenthesised();
      case "[" -> new ListOf(items("]"));
      case "{" -> dict();
      default -> throw TemplateError.at(open.line(), "unexpected " + open.describe());
    };
  }

  /** Literals beside each other are one text. */
  private Expression strings(Token first) {
    StringBuilder text = new StringBuilder(first.text());
    while (tokens.at(Kind.STRING)) {
      text.append(tokens.next().text());
    }
    return new Literal(text.toString());
  }

  private Expression name(String name) {
    return switch (name) {
      case "true", "True" -> new Literal(true);
      case "false", "False" -> new Literal(false);
      case "none", "None" -> new Literal(None.NONE);
      default -> {
        mentions.add(name);
        yield new Name(name);
      }
    };
  }

  private static Long integer(Token token) {
    String digits = token.text().replace("_", "");
    char prefix = digits.length() > 1 ? Character.toLowerCase(digits.charAt(1)) : '0';
    int radix = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
    try {
      return Long.parseLong(radix == 10 ? digits : digits.substring(2), radix);
    } catch (NumberFormatException e) {
      throw TemplateError.unsupportedAt(token.line(), "an integer beyond 64 bits");
    }
  }

  private Expression parenthesised() {
    if (tokens.skipOperator(")")) {
      return new TupleOf(List.of());
    }
    Expression inner = tuple(true);
    tokens.expectOperator(")");
    return inner;
  }

  private List<Expression> items(String end) {
    List<Expression> items = new ArrayList<>();
    while (!tokens.skipOperator(end)) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(end)) {
          break;
        }
      }
      items.add(expression());
    }
    return items;
  }

  private Expression dict() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("}")) {
          break;
        }
      }
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
    }
    return new DictOf(keys, values);
  }

  private Expression postfix(Expression target) {
    Expression expression = target;
    while (true) {
      if (tokens.skipOperator(".")) {
        expression = afterDot(expression);
      } else if (tokens.skipOperator("[")) {
        expression = subscript(expression);
      } else if (tokens.atOperator("(")) {
        expression = call(expression);
      } else {
        return expression;
      }
    }
  }

  private Expression afterDot(Expression target) {
    Token token = tokens.next();
    if (token.is(Kind.NAME)) {
      return new Attribute(target, token.text());
    }
    if (token.is(Kind.INTEGER)) {
      return new Element(target, new Literal(integer(token)));
    }
    throw TemplateError.at(token.line(), "expected a name after '.', found " + token.describe());
  }

  private Expression subscript(Expression target) {
    Expression start = tokens.atOperator(":") ? null : expression();
    if (start != null && !tokens.atOperator(":")) {
      if (tokens.atOperator(",")) {
        throw TemplateError.unsupportedAt(tokens.current().line(), "an index of several parts");
      }
      tokens.expectOperator("]");
      return new Element(target, start);
    }
    tokens.expectOperator(":");
    Expression stop = sliceBound();
    Expression step = tokens.skipOperator(":") ? sliceBound() : null;
    tokens.expectOperator("]");
    return new Slice(target, start, stop, step);
  }

  private @Nullable Expression sliceBound() {
    return tokens.atOperator(":") || tokens.atOperator("]") ? null : expression();
  }

  private Call call(Expression callee) {
    int line = tokens.current().line();
    return new Call(callee, arguments(), line);
  }

  private ArgumentList arguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Expression spread = null;
    Expression spreadNamed = null;
    boolean first = true;
    while (!tokens.skipOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      first = false;
      int line = tokens.current().line();
      boolean orderHolds = spreadNamed == null;
      if (tokens.skipOperator("*")) {
        orderHolds &= spread == null;
        spread = expression();
      } else if (tokens.skipOperator("**")) {
        spreadNamed = expression();
      } else if (tokens.at(Kind.NAME) && tokens.ahead().isOperator("=")) {
        String name = tokens.next().text();
        tokens.next();
        orderHolds &= named.put(name, expression()) == null;
      } else {
        orderHolds &= spread == null && named.isEmpty();
        positional.add(expression());
      }
      if (!orderHolds) {
        throw TemplateError.at(line, "invalid order of arguments in a call");
      }
    }
    return new ArgumentList(positional, named, spread, spreadNamed);
  }

  private Expression filtersAndTests(Expression value) {
    Expression expression = value;
    while (true) {
      if (tokens.skipOperator("|")) {
        expression = new Filtered(expression, filter());
      } else if (tokens.atName("is")) {
        expression = test(expression);
      } else if (tokens.atOperator("(")) {
        expression = call(expression);
      } else {
        return expression;
      }
    }
  }

  /** A filter after its {@code |}, or the first of a filter block. */
  FilterCall filter() {
    int line = tokens.current().line();
    String name = dottedName();
    return new FilterCall(name, optionalArguments(), line);
  }

  private ArgumentList optionalArguments() {
    return tokens.atOperator("(") ? arguments() : ArgumentList.EMPTY;
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expectName());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expectName());
    }
    return name.toString();
  }

  private Expression test(Expression value) {
    int line = tokens.next().line();
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    ArgumentList arguments =
        atTestArgument()
            ? new ArgumentList(List.of(postfix(primary())), Map.of(), null, null)
            : optionalArguments();
    Expression test = new Tested(value, name, arguments, line);
    return negated ? new Not(test) : test;
  }

  /** Whether an argument without parentheses follows, as in {@code x is divisibleby 3}. */
  private boolean atTestArgument() {
    Token token = tokens.current();
    if (token.isName("is")) {
      throw TemplateError.at(token.line(), "tests cannot be chained with 'is'");
    }
    return switch (token.kind()) {
      case NAME -> !Set.of("else", "or", "and").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      default -> false;
    };
  }
}
