package org.cofitune.text.jinja;

/**
 * Text that the filters {@code safe} and {@code escape} marked as HTML. It can be printed; text
 * that is joined to it would be escaped by jinja2, so every other use is refused.
 */
record Markup(String text) {}
