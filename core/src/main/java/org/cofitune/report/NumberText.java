package org.cofitune.report;

import java.util.Locale;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.statistics.Interval;
import org.jspecify.annotations.Nullable;

/** Numbers as a person reads them. */
final class NumberText {
  /** What stands where there is no number. */
  static final String NONE = "–";

  private static final double PERCENT = 100;
  private static final double THOUSAND = 1e3;
  private static final double MILLION = 1e6;
  private static final double BILLION = 1e9;
  private static final int MINUTE = 60;
  private static final int HOUR = 3600;
  private static final double TINY = 1e-3;
  private static final double LARGE = 1e5;

  private NumberText() {}

  /** A score of 0 to 100: {@code 21.26}. */
  static String points(double value) {
    return minus(String.format(Locale.ROOT, "%.2f", value));
  }

  /** A difference: {@code +11.35}, {@code −7.51}. */
  static String change(double value) {
    return minus(String.format(Locale.ROOT, "%+.2f", value));
  }

  /** A share: {@code 73.9 %}. */
  static String percent(double share) {
    return minus(String.format(Locale.ROOT, "%.1f %%", PERCENT * share));
  }

  /** An interval of points: {@code 20.59 – 21.93}. */
  static String interval(Interval interval) {
    return points(interval.low()) + " – " + points(interval.high());
  }

  /** An interval of shares: {@code 73.0 – 74.7 %}. */
  static String percents(Interval interval) {
    return percent(interval.low()).replace(" %", "") + " – " + percent(interval.high());
  }

  /** A score and below it its interval, or that there is none. */
  static String measure(@Nullable Measure measure) {
    return measure == null ? NONE : points(measure.score()) + "\n" + interval(measure.interval());
  }

  /** A number of any size: {@code 0.00231}, {@code 3.063}, {@code 2.3e−5}. */
  static String any(double value) {
    if (value == 0) {
      return "0";
    }
    double size = Math.abs(value);
    return size >= TINY && size < LARGE
        ? minus(String.format(Locale.ROOT, "%.4g", value))
        : minus(String.format(Locale.ROOT, "%.2e", value).replaceFirst("e([+-])0", "e$1"));
  }

  /** A count of things: {@code 393 k}, {@code 1.18 M}. */
  static String count(long count) {
    if (count < THOUSAND) {
      return String.valueOf(count);
    }
    if (count < MILLION) {
      return scaled(count / THOUSAND) + " k";
    }
    return count < BILLION ? scaled(count / MILLION) + " M" : scaled(count / BILLION) + " B";
  }

  private static String scaled(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }

  /** A time: {@code 33 s}, {@code 4 min 8 s}, {@code 2 h 5 min}. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < MINUTE) {
      return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    }
    return whole < HOUR
        ? whole / MINUTE + " min " + whole % MINUTE + " s"
        : whole / HOUR + " h " + whole % HOUR / MINUTE + " min";
  }

  private static String minus(String number) {
    return number.replace("-", "−");
  }
}
