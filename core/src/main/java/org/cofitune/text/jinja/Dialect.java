package org.cofitune.text.jinja;

/** Which program's jinja2 settings a template was written for. */
public enum Dialect {
  /**
   * transformers' chat templates: blocks take their line break and the blanks before them away; an
   * undefined value prints as nothing; {@code raise_exception}, {@code strftime_now}, {@code
   * break}, {@code continue} and {@code generation} exist; {@code tojson} writes plain JSON.
   */
  CHAT_TEMPLATE,
  /**
   * Fields of lm-evaluation-harness tasks: white space stays as written; an undefined value is an
   * error; the filter {@code regex_replace} exists.
   */
  TASK_FIELD;

  boolean trimsBlocks() {
    return this == CHAT_TEMPLATE;
  }

  boolean keepsTrailingNewline() {
    return this == TASK_FIELD;
  }

  boolean strictUndefined() {
    return this == TASK_FIELD;
  }
}
