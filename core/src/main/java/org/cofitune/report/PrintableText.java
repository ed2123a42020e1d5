package org.cofitune.report;

/** Text of a run as a page can show it, whatever a run's files hold. */
final class PrintableText {
  private static final char CONTROL_PICTURES = 0x2400;
  private static final char PICTURE_OF_DELETE = 0x2421;
  private static final char REPLACEMENT = 0xFFFD;
  private static final char DELETE = 0x7F;

  private PrintableText() {}

  /**
   * Control characters become their pictures, but for line ends and tabs; what turns the direction
   * of the text around it, and halves of surrogate pairs, become the replacement character.
   */
  static String of(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints().forEach(point -> printable.appendCodePoint(printable(point)));
    return printable.toString();
  }

  private static int printable(int point) {
    if (point == '\n' || point == '\t') {
      return point;
    }
    if (point < ' ') {
      return CONTROL_PICTURES + point;
    }
    if (point == DELETE) {
      return PICTURE_OF_DELETE;
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL, Character.SURROGATE, Character.UNASSIGNED -> REPLACEMENT;
      default -> isDirection(point) ? REPLACEMENT : point;
    };
  }

  /** Embeddings, overrides, and isolates of the bidirectional algorithm. */
  private static boolean isDirection(int point) {
    return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  }
}
