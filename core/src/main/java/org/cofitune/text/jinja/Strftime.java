package org.cofitune.text.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Python's {@code datetime.strftime} in the C locale. */
final class Strftime {
  private Strftime() {}

  static String format(String format, LocalDateTime time) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      boolean unpadded = i + 1 < format.length() && format.charAt(i + 1) == '-';
      i += unpadded ? 2 : 1;
      if (i >= format.length()) {
        throw TemplateError.unsupported("a date format that ends in '%'");
      }
      String field = field(format.charAt(i), time);
      out.append(unpadded ? field.replaceFirst("^[0 ]+(?=.)", "") : field);
    }
    return out.toString();
  }

  private static String field(char code, LocalDateTime time) {
    String pattern =
        switch (code) {
          case 'a' -> "EEE";
          case 'A' -> "EEEE";
          case 'b', 'h' -> "MMM";
          case 'B' -> "MMMM";
          case 'd' -> "dd";
          case 'e' -> "ppd";
          case 'f' -> "SSSSSS";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'j' -> "DDD";
          case 'm' -> "MM";
          case 'M' -> "mm";
          case 'p' -> "a";
          case 'S' -> "ss";
          case 'y' -> "yy";
          case 'Y' -> "yyyy";
          case 'D', 'x' -> "MM/dd/yy";
          case 'F' -> "yyyy-MM-dd";
          case 'R' -> "HH:mm";
          case 'T', 'X' -> "HH:mm:ss";
          case 'c' -> "EEE MMM ppd HH:mm:ss yyyy";
          case '%' -> "'%'";
          default -> throw TemplateError.unsupported("the date format '%" + code + "'");
        };
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }
}
