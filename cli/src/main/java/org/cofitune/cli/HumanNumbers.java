package org.cofitune.cli;

import java.util.Locale;

/** Numbers as a person reads them; the same in every locale. */
final class HumanNumbers {
  private HumanNumbers() {}

  /** Three significant digits and a binary unit: {@code 1.46 GiB}. */
  static String bytes(long count) {
    return count < 1024
        ? count + " B"
        : scaled((double) count, 1024, "KiB", "MiB", "GiB", "TiB", "PiB");
  }

  /** Three significant digits and a letter: {@code 6.74B} parameters. */
  static String count(long count) {
    return count < 1000
        ? Long.toString(count)
        : scaled((double) count, 1000, "k", "M", "B", "T", "P", "E");
  }

  /** {@code 0.4 s}, {@code 41 s}, {@code 3:07}, {@code 2:15:00}. */
  static String duration(double seconds) {
    if (seconds < 9.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    long hours = whole / 3600;
    String minutes = String.format(Locale.ROOT, hours > 0 ? "%02d" : "%d", whole / 60 % 60);
    return (hours > 0 ? hours + ":" : "")
        + String.format(Locale.ROOT, "%s:%02d", minutes, whole % 60);
  }

  private static String scaled(double value, int base, String... units) {
    double rest = value / base;
    int unit = 0;
    while (rest >= base - 0.5 && unit < units.length - 1) {
      rest /= base;
      unit++;
    }
    int decimals = rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0;
    String space = base == 1024 ? " " : "";
    return String.format(Locale.ROOT, "%." + decimals + "f%s%s", rest, space, units[unit]);
  }
}
