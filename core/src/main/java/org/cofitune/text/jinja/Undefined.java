package org.cofitune.text.jinja;

/**
 * What a name, attribute or element that does not exist evaluates to.
 *
 * @param why the message of the error that most uses of it raise
 * @param strict whether even printing and testing raise (jinja2's {@code StrictUndefined})
 */
record Undefined(String why, boolean strict) {
  TemplateError error() {
    return TemplateError.of(why);
  }

  /** Raises where the value is used in a way that only the lenient kind allows. */
  void requireLenient() {
    if (strict) {
      throw error();
    }
  }
}
