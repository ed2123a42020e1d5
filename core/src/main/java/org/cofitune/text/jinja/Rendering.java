package org.cofitune.text.jinja;

import java.time.LocalDateTime;

/** One run of a template: the line it is at and what it may still use. */
final class Rendering {
  /** Statements, calls and loop rounds of one run; a long conversation needs some thousands. */
  static final long MAX_STEPS = 5_000_000;

  /** Characters of any one text; the longest contexts of today's models hold a few million. */
  static final int MAX_TEXT = 1 << 24;

  /** Elements of any one list. */
  static final int MAX_ELEMENTS = 1 << 20;

  /** Characters that one run makes in all, intermediate values included; an element counts as 8. */
  static final long MAX_PRODUCED = 1L << 29;

  /** Macros within macros, as deep as Python's stack would allow. */
  static final int MAX_DEPTH = 200;

  private final Dialect dialect;
  private final LocalDateTime now;
  private int line;
  private int depth;
  private long steps;
  private long produced;

  Rendering(Dialect dialect, LocalDateTime now) {
    this.dialect = dialect;
    this.now = now;
  }

  Dialect dialect() {
    return dialect;
  }

  LocalDateTime now() {
    return now;
  }

  int line() {
    return line;
  }

  void at(int currentLine) {
    line = currentLine;
    step();
  }

  void step() {
    if (++steps > MAX_STEPS) {
      throw TemplateError.of("runs longer than " + MAX_STEPS + " steps");
    }
  }

  void enter() {
    if (++depth > MAX_DEPTH) {
      throw TemplateError.of("calls itself deeper than " + MAX_DEPTH + " times");
    }
  }

  void leave() {
    depth--;
  }

  /** Refuses a text that has grown too long. */
  void checkLength(long size) {
    if (size > MAX_TEXT) {
      throw tooLarge();
    }
  }

  /** Accounts for a list of that many elements before it is made. */
  void reserveElements(long size) {
    if (size > MAX_ELEMENTS) {
      throw tooLarge();
    }
    reserve(8 * size);
  }

  /** Accounts for a text of that many characters before it is made. */
  void reserve(long size) {
    checkLength(size);
    produced += size;
    if (produced > MAX_PRODUCED) {
      throw tooLarge();
    }
  }

  private static TemplateError tooLarge() {
    return TemplateError.of(
        String.format(
            "makes a text longer than %d characters, a list longer than %d elements, or more than %d"
                + " characters in all",
            MAX_TEXT, MAX_ELEMENTS, MAX_PRODUCED));
  }

  /** Accounts for a text that was made. */
  String made(String text) {
    reserve(text.length());
    return text;
  }

  Undefined undefined(String why) {
    return new Undefined(why, dialect.strictUndefined());
  }
}
