package org.cofitune.compare;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Which point of a curve is taken. Of equal points the one nearest to the base is.
 *
 * @param rule what is weighed
 * @param least the part that must be kept, where the rule has one
 */
public record DialChoice(Rule rule, double least) {
  /** The highest uni. */
  public static final DialChoice UNI = new DialChoice(Rule.UNI, 0);

  private static final Pattern SPECIALITY = Pattern.compile("speciality>=([0-9]+(\\.[0-9]+)?)%");
  private static final Pattern RETENTION = Pattern.compile("retention>=([0-9]*\\.?[0-9]+)");
  private static final double PERCENT = 100;

  /** What is weighed. */
  public enum Rule {
    /** The highest uni. */
    UNI,
    /** The highest V among points that have so large a part of the tuned model's S. */
    SPECIALITY,
    /** The highest S among points that have so large a part of the base's V. */
    RETENTION
  }

  /**
   * Reads {@code uni}, {@code speciality>=95%}, or {@code retention>=0.98}.
   *
   * @throws CofituneException of kind RECIPE for anything else
   */
  public static DialChoice parse(String text) {
    String plain = text.replace(" ", "");
    if (plain.equals("uni")) {
      return UNI;
    }
    Matcher speciality = SPECIALITY.matcher(plain);
    if (speciality.matches()) {
      return new DialChoice(Rule.SPECIALITY, Double.parseDouble(speciality.group(1)) / PERCENT);
    }
    Matcher retention = RETENTION.matcher(plain);
    if (retention.matches()) {
      return new DialChoice(Rule.RETENTION, Double.parseDouble(retention.group(1)));
    }
    throw CofituneException.of(ErrorKind.RECIPE, "unknown choice")
        .at("--choose")
        .expected("uni, speciality>=X%, or retention>=X")
        .found("\"" + text + "\"")
        .next("for example --choose \"retention>=0.98\"")
        .build();
  }

  /**
   * The point that is taken.
   *
   * @param curve from the base (alpha 0) to the tuned model (alpha 1)
   * @throws CofituneException of kind DATA where no point keeps so much
   */
  public DialPoint of(List<DialPoint> curve) {
    double base = curve.get(0).versatility().score();
    double tuned = curve.get(curve.size() - 1).speciality().score();
    return switch (rule) {
      case UNI -> best(curve, p -> true, p -> p.uni().score());
      case SPECIALITY ->
          best(curve, p -> p.speciality().score() >= least * tuned, p -> p.versatility().score());
      case RETENTION ->
          best(curve, p -> p.versatility().score() >= least * base, p -> p.speciality().score());
    };
  }

  private DialPoint best(
      List<DialPoint> curve, Predicate<DialPoint> allowed, ToDoubleFunction<DialPoint> value) {
    return curve.stream()
        .filter(allowed)
        .max(
            Comparator.comparingDouble(value)
                .thenComparing(Comparator.comparingDouble(DialPoint::alpha).reversed()))
        .orElseThrow(
            () ->
                CofituneException.of(ErrorKind.DATA, "no point of the curve keeps so much")
                    .at("--choose")
                    .expected(text())
                    .found("less at every alpha")
                    .next("ask for less")
                    .build());
  }

  /** As it is written on a command line. */
  public String text() {
    return switch (rule) {
      case UNI -> "uni";
      case SPECIALITY -> "speciality>=" + PERCENT * least + "%";
      case RETENTION -> "retention>=" + least;
    };
  }
}
