package org.cofitune.evaluate.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list as Python writes it, {@code ['a', "b", 3]}: what a template that prints a list
 * leaves behind. lm-evaluation-harness reads it with {@code ast.literal_eval}.
 */
final class PythonLiteral {
  private static final int DEEPEST = 16;

  private final String text;
  private int at;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /** The elements of a list or tuple: texts, numbers, booleans, lists; empty where it is none. */
  static Optional<List<Object>> list(String text) {
    PythonLiteral reader = new PythonLiteral(text.strip());
    try {
      Object value = reader.value(0);
      if (reader.at == reader.text.length() && value instanceof List<?> list) {
        return Optional.of(new ArrayList<>(list));
      }
    } catch (NotALiteralException | NumberFormatException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private @Nullable Object value(int depth) throws NotALiteralException {
    skipBlanks();
    char c = peek();
    if (depth > DEEPEST) {
      throw new NotALiteralException();
    }
    if (c == '[' || c == '(') {
      at++;
      return elements(c == '[' ? ']' : ')', depth);
    }
    if (c == '\'' || c == '"') {
      return string();
    }
    String word = word();
    return switch (word) {
      case "True" -> true;
      case "False" -> false;
      case "None" -> null;
      default -> number(word);
    };
  }

  private List<@Nullable Object> elements(char close, int depth) throws NotALiteralException {
    List<@Nullable Object> elements = new ArrayList<>();
    skipBlanks();
    while (peek() != close) {
      elements.add(value(depth + 1));
      skipBlanks();
      if (peek() == ',') {
        at++;
        skipBlanks();
      } else if (peek() != close) {
        throw new NotALiteralException();
      }
    }
    at++;
    return elements;
  }

  private String string() throws NotALiteralException {
    StringBuilder result = new StringBuilder();
    // Neighbouring literals are one text: 'a' "b" is ab.
    while (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
      char quote = text.charAt(at++);
      while (peek() != quote) {
        char c = text.charAt(at++);
        if (c == '\\') {
          escape(result);
        } else if (c == '\n') {
          throw new NotALiteralException();
        } else {
          result.append(c);
        }
      }
      at++;
      skipBlanks();
    }
    return result.toString();
  }

  private void escape(StringBuilder result) throws NotALiteralException {
    char c = peek();
    at++;
    switch (c) {
      case 'n' -> result.append('\n');
      case 't' -> result.append('\t');
      case 'r' -> result.append('\r');
      case '\\', '\'', '"' -> result.append(c);
      case 'x' -> codePoint(result, 2);
      case 'u' -> codePoint(result, 4);
      case 'U' -> codePoint(result, 8);
      default -> throw new NotALiteralException();
    }
  }

  private void codePoint(StringBuilder result, int digits) throws NotALiteralException {
    if (at + digits > text.length()) {
      throw new NotALiteralException();
    }
    long codePoint = Long.parseLong(text.substring(at, at + digits), 16);
    if (codePoint < 0 || codePoint > Character.MAX_CODE_POINT) {
      throw new NotALiteralException();
    }
    at += digits;
    result.appendCodePoint((int) codePoint);
  }

  private String word() throws NotALiteralException {
    int start = at;
    while (at < text.length() && "[](),'\" \t\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    if (start == at) {
      throw new NotALiteralException();
    }
    return text.substring(start, at);
  }

  private static Object number(String word) {
    return word.matches("[+-]?\\d+") ? (Object) Long.valueOf(word) : Double.valueOf(word);
  }

  private char peek() throws NotALiteralException {
    if (at >= text.length()) {
      throw new NotALiteralException();
    }
    return text.charAt(at);
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private static final class NotALiteralException extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
