package org.cofitune.text.jinja;

import java.util.List;
import org.cofitune.text.jinja.Token.Kind;

/** The tokens of a template, one at a time. */
final class TokenStream {
  private final List<Token> tokens;
  private int position;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(position);
  }

  /** The token after the current one. */
  Token ahead() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = current();
    if (!token.is(Kind.END)) {
      position++;
    }
    return token;
  }

  boolean at(Kind kind) {
    return current().is(kind);
  }

  boolean atName(String name) {
    return current().isName(name);
  }

  boolean atOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean skipName(String name) {
    boolean found = atName(name);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipOperator(String operator) {
    boolean found = atOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  Token expect(Kind kind, String description) {
    if (!at(kind)) {
      throw unexpected(description);
    }
    return next();
  }

  String expectName() {
    return expect(Kind.NAME, "a name").text();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  TemplateError unexpected(String expected) {
    return TemplateError.at(
        current().line(), "expected " + expected + ", found " + current().describe());
  }
}
