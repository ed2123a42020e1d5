package org.cofitune.text.jinja;

import java.time.LocalDateTime;

/** One run of a template: the line it is at and what it may still use. */
final class Rendering {
  private final Dialect dialect;
  private final LocalDateTime now;
  private final RenderingLimits limits;
  private int line;
  private int depth;
  private long steps;
  private long produced;

  Rendering(Dialect dialect, LocalDateTime now, RenderingLimits limits) {
    this.dialect = dialect;
    this.now = now;
    this.limits = limits;
  }

  Dialect dialect() {
    return dialect;
  }

  LocalDateTime now() {
    return now;
  }

  RenderingLimits limits() {
    return limits;
  }

  int line() {
    return line;
  }

  void at(int currentLine) {
    line = currentLine;
    step();
  }

  void step() {
    if (++steps > limits.steps()) {
      throw TemplateError.of("runs longer than " + limits.steps() + " steps");
    }
  }

  void enter() {
    if (++depth > limits.depth()) {
      throw TemplateError.of("calls itself deeper than " + limits.depth() + " times");
    }
  }

  void leave() {
    depth--;
  }

  /** Refuses a text that has grown too long. */
  void checkLength(long size) {
    if (size > limits.text()) {
      throw tooLarge();
    }
  }

  /** Accounts for a list of that many elements before it is made. */
  void reserveElements(long size) {
    if (size > limits.elements()) {
      throw tooLarge();
    }
    reserve(8 * size);
  }

  /** Accounts for a text of that many characters before it is made. */
  void reserve(long size) {
    checkLength(size);
    produced += size;
    if (produced > limits.produced()) {
      throw tooLarge();
    }
  }

  private TemplateError tooLarge() {
    return TemplateError.of(
        String.format(
            "makes a text longer than %d characters, a list longer than %d elements, or more than %d"
                + " characters in all",
            limits.text(), limits.elements(), limits.produced()));
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
