package org.cofitune.text.jinja;

/** A template cannot be read or evaluated; {@link JinjaTemplate} says where. */
final class TemplateError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Line of the template, 0 where the one being executed is meant. */
  private final int line;

  private final boolean raisedByTemplate;

  private TemplateError(String message, int line, boolean raisedByTemplate) {
    super(message);
    this.line = line;
    this.raisedByTemplate = raisedByTemplate;
  }

  static TemplateError at(int line, String message) {
    return new TemplateError(message, line, false);
  }

  static TemplateError of(String message) {
    return new TemplateError(message, 0, false);
  }

  /** Jinja or Python know this, the interpreter does not. */
  static TemplateError unsupported(String construct) {
    return new TemplateError(construct + " is not supported", 0, false);
  }

  static TemplateError unsupportedAt(int line, String construct) {
    return new TemplateError(construct + " is not supported", line, false);
  }

  /** The template itself refused its input through {@code raise_exception}. */
  static TemplateError raised(String message) {
    return new TemplateError(message, 0, true);
  }

  int line() {
    return line;
  }

  boolean isRaisedByTemplate() {
    return raisedByTemplate;
  }
}
