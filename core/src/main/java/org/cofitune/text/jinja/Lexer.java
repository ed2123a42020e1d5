package org.cofitune.text.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.text.jinja.Token.Kind;

/**
 * Splits a template into tokens, with jinja2's rules for white space: a minus sign in a tag removes
 * all of it on that side; {@code trim_blocks} removes the line break after a block or comment;
 * {@code lstrip_blocks} the blanks between the start of the line and a block or comment; a plus
 * sign keeps either.
 */
final class Lexer {
  private static final String DIGITS = "(?:\\d+_)*\\d+";
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)"
              + DIGITS
              + ("(?:(?:\\." + DIGITS + ")?[eE][+\\-]?" + DIGITS + "|\\." + DIGITS + ")"));
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{M}\\p{N}_]*");
  private static final Pattern OPERATOR =
      Pattern.compile("\\*\\*|//|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");
  private static final Pattern RAW = Pattern.compile("\\s*raw\\s*(-?)%\\}");
  private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");

  private final String source;
  private final boolean trims;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  /** Where {@link #line} was counted up to. */
  private int counted;

  /** Whether what was read last ended a line, so that blanks after it begin one. */
  private boolean lineStarting = true;

  private Lexer(String source, boolean trims) {
    this.source = source;
    this.trims = trims;
  }

  static List<Token> tokens(String template, Dialect dialect) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (!dialect.keepsTrailingNewline() && source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source, dialect.trimsBlocks());
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (position < source.length()) {
      int open = nextTag();
      if (open < 0) {
        add(Kind.TEXT, source.substring(position), position);
        position = source.length();
        break;
      }
      char kind = source.charAt(open + 1);
      char sign = signAt(open + 2);
      addText(source.substring(position, open), sign, kind != '{');
      position = open + (sign == 0 ? 2 : 3);
      switch (kind) {
        case '{' -> {
          add(Kind.OUTPUT_BEGIN, "{{", open);
          expression(Kind.OUTPUT_END, "}}");
        }
        case '#' -> comment(open);
        default -> block(open);
      }
    }
    add(Kind.END, "", source.length());
  }

  private int nextTag() {
    for (int i = source.indexOf('{', position); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** The plus or minus sign there, or 0. */
  private char signAt(int index) {
    char c = index < source.length() ? source.charAt(index) : 0;
    return c == '-' || c == '+' ? c : 0;
  }

  private void addText(String text, char sign, boolean mayStripLine) {
    String kept = text;
    if (sign == '-') {
      kept = PythonStrings.stripRight(text);
    } else if (sign == 0 && trims && mayStripLine) {
      int lineStart = text.lastIndexOf('\n') + 1;
      boolean atLineStart = lineStart > 0 || lineStarting;
      if (atLineStart && PythonStrings.isBlank(text.substring(lineStart))) {
        kept = text.substring(0, lineStart);
      }
    }
    if (!kept.isEmpty()) {
      add(Kind.TEXT, kept, position);
    }
  }

  private void block(int open) {
    Matcher raw = RAW.matcher(source).region(position, source.length());
    if (raw.lookingAt()) {
      position = raw.end();
      afterTag(raw.group(1).equals("-"), false);
      raw(open);
      return;
    }
    add(Kind.BLOCK_BEGIN, "{%", open);
    expression(Kind.BLOCK_END, "%}");
  }

  private void raw(int open) {
    Matcher end = END_RAW.matcher(source).region(position, source.length());
    if (!end.find()) {
      throw TemplateError.at(lineOf(open), "{% raw %} without {% endraw %}");
    }
    String sign = end.group(1);
    addText(source.substring(position, end.start()), sign.isEmpty() ? 0 : sign.charAt(0), true);
    position = end.end();
    afterTag(end.group(2).equals("-"), end.group(2).isEmpty());
  }

  private void comment(int open) {
    int close = source.indexOf("#}", position);
    if (close < 0) {
      throw TemplateError.at(lineOf(open), "comment without its end '#}'");
    }
    char sign = close > position ? signAt(close - 1) : 0;
    position = close + 2;
    afterTag(sign == '-', sign == 0);
  }

  /** Skips what the end of a tag takes with it. */
  private void afterTag(boolean strip, boolean mayTrimLineBreak) {
    if (strip) {
      while (position < source.length() && PythonStrings.isSpace(source.charAt(position))) {
        position++;
      }
    } else if (mayTrimLineBreak
        && trims
        && position < source.length()
        && source.charAt(position) == '\n') {
      position++;
    }
    lineStarting = source.charAt(position - 1) == '\n';
  }

  private void expression(Kind endKind, String end) {
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      while (position < source.length() && PythonStrings.isSpace(source.charAt(position))) {
        position++;
      }
      if (position >= source.length()) {
        return;
      }
      if (open.isEmpty() && tagEnds(endKind, end)) {
        return;
      }
      token(open);
    }
  }

  private boolean tagEnds(Kind endKind, String end) {
    char sign = signAt(position);
    boolean known = sign == '-' || (sign == '+' && endKind == Kind.BLOCK_END);
    int at = known ? position + 1 : position;
    if (!source.startsWith(end, at)) {
      return false;
    }
    add(endKind, end, at);
    position = at + 2;
    afterTag(known && sign == '-', !known && endKind == Kind.BLOCK_END);
    return true;
  }

  private void token(Deque<Character> open) {
    char c = source.charAt(position);
    if (matches(FLOAT, Kind.FLOAT) || matches(INTEGER, Kind.INTEGER) || matches(NAME, Kind.NAME)) {
      return;
    }
    if (c == '\'' || c == '"') {
      string(c);
      return;
    }
    if ("([{".indexOf(c) >= 0) {
      open.push(c);
    } else if (")]}".indexOf(c) >= 0) {
      if (open.isEmpty() || "([{".indexOf(open.pop()) != ")]}".indexOf(c)) {
        throw TemplateError.at(lineOf(position), "unexpected '" + c + "'");
      }
    }
    if (!matches(OPERATOR, Kind.OPERATOR)) {
      throw TemplateError.at(
          lineOf(position),
          "unexpected character '" + Character.toString(source.codePointAt(position)) + "'");
    }
  }

  private boolean matches(Pattern pattern, Kind kind) {
    Matcher matcher =
        pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
    if (!matcher.lookingAt()) {
      return false;
    }
    add(kind, matcher.group(), position);
    position = matcher.end();
    return true;
  }

  private void string(char quote) {
    int end = position + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw TemplateError.at(lineOf(position), "string without its closing " + quote);
    }
    int start = lineOf(position);
    String value = StringLiteral.unescape(source.substring(position + 1, end), start);
    tokens.add(new Token(Kind.STRING, value, start));
    position = end + 1;
  }

  private void add(Kind kind, String text, int at) {
    tokens.add(new Token(kind, text, lineOf(at)));
  }

  private int lineOf(int at) {
    for (; counted < at; counted++) {
      if (source.charAt(counted) == '\n') {
        line++;
      }
    }
    return line;
  }
}
