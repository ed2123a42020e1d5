package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** Text being written, and which stretches of it stood inside {@code {% generation %}}. */
final class Output {
  private final StringBuilder text = new StringBuilder();
  private final List<JinjaTemplate.Span> generated = new ArrayList<>();
  private final Rendering rendering;

  Output(Rendering rendering) {
    this.rendering = rendering;
  }

  void write(String piece) {
    rendering.reserve(piece.length());
    rendering.checkLength((long) text.length() + piece.length());
    text.append(piece);
  }

  int length() {
    return text.length();
  }

  void markGenerated(int start, int end) {
    generated.add(new JinjaTemplate.Span(start, end));
  }

  List<JinjaTemplate.Span> generated() {
    return generated;
  }

  String text() {
    return text.toString();
  }
}
