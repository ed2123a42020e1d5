package org.cofitune.text.jinja;

/** The escapes of Python's string literals. */
final class StringLiteral {
  private final String body;
  private final int line;
  private final StringBuilder value = new StringBuilder();
  private int position;

  private StringLiteral(String body, int line) {
    this.body = body;
    this.line = line;
  }

  /** Returns what the text between the quotes stands for. */
  static String unescape(String body, int line) {
    return body.indexOf('\\') < 0 ? body : new StringLiteral(body, line).run();
  }

  private String run() {
    while (position < body.length()) {
      char c = body.charAt(position++);
      if (c == '\\') {
        escape(body.charAt(position++));
      } else {
        value.append(c);
      }
    }
    return value.toString();
  }

  private void escape(char c) {
    switch (c) {
      case '\n' -> {} // a line that goes on
      case '\\', '\'', '"' -> value.append(c);
      case 'n' -> value.append('\n');
      case 't' -> value.append('\t');
      case 'r' -> value.append('\r');
      case 'a' -> value.append('\u0007');
      case 'b' -> value.append('\b');
      case 'f' -> value.append('\f');
      case 'v' -> value.append('\u000b');
      case 'x' -> hexadecimal(2);
      case 'u' -> hexadecimal(4);
      case 'U' -> hexadecimal(8);
      case 'N' -> throw TemplateError.unsupportedAt(line, "the escape \\N");
      default -> {
        if (c >= '0' && c <= '7') {
          octal();
        } else {
          value.append('\\').append(c);
        }
      }
    }
  }

  private void hexadecimal(int digits) {
    int end = position + digits;
    if (end > body.length()) {
      throw TemplateError.at(line, "truncated escape in a string");
    }
    try {
      value.appendCodePoint(Integer.parseUnsignedInt(body, position, end, 16));
    } catch (IllegalArgumentException e) {
      throw TemplateError.at(
          line, "escape '\\" + body.substring(position - 1, end) + "' is no character");
    }
    position = end;
  }

  private void octal() {
    int start = position - 1;
    while (position < body.length()
        && position < start + 3
        && body.charAt(position) >= '0'
        && body.charAt(position) <= '7') {
      position++;
    }
    value.append((char) Integer.parseInt(body.substring(start, position), 8));
  }
}
