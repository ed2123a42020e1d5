package org.cofitune.evaluate.metric;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.error.NearestName;
import org.jspecify.annotations.Nullable;

/** The options of one metric in a task file; whatever the metric does not know is refused. */
final class MetricOptions {
  private final String metric;
  private final Map<String, Object> values;
  private final String place;
  private final Set<String> known = new HashSet<>();

  MetricOptions(String metric, Map<String, Object> values, String place) {
    this.metric = metric;
    this.values = values;
    this.place = place;
  }

  boolean flag(String name) {
    Object value = value(name);
    if (value == null) {
      return false;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(name, "true or false", value);
  }

  int integer(String name, int least, int most, int otherwise) {
    Object value = value(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Integer number && number >= least && number <= most) {
      return number;
    }
    throw wrong(name, "a whole number from " + least + " to " + most, value);
  }

  BigDecimal notNegative(String name) {
    Object value = value(name);
    if (value == null) {
      return BigDecimal.ZERO;
    }
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      BigDecimal decimal = new BigDecimal(number.toString());
      if (decimal.signum() >= 0) {
        return decimal;
      }
    }
    throw wrong(name, "a number that is not negative", value);
  }

  /** One of a few words, the first where the option is not set. */
  String word(String name, List<String> words) {
    Object value = value(name);
    if (value == null) {
      return words.get(0);
    }
    if (words.contains(value)) {
      return (String) value;
    }
    throw wrong(name, "one of " + String.join(", ", words), value);
  }

  List<BoundedRegex> regexes(String name) {
    Object value = value(name);
    if (value == null) {
      return List.of();
    }
    if (value instanceof Collection<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream()
          .map(expression -> BoundedRegex.compile((String) expression, place))
          .toList();
    }
    throw wrong(name, "a list of regular expressions", value);
  }

  /** Refuses what no getter asked for. */
  void refuseOthers() {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw CofituneException.of(
                ErrorKind.RECIPE, "metric " + metric + " has no option \"" + name + "\"")
            .at(place)
            .next(advice(name, known))
            .build();
      }
    }
  }

  static String advice(String name, Collection<String> names) {
    return NearestName.of(name, names)
        .map(nearest -> "did you mean \"" + nearest + "\"?")
        .orElseGet(
            () ->
                names.isEmpty()
                    ? "remove it"
                    : "choose from " + String.join(", ", names.stream().sorted().toList()));
  }

  private @Nullable Object value(String name) {
    known.add(name);
    return values.get(name);
  }

  private CofituneException wrong(String name, String expected, Object found) {
    return CofituneException.of(ErrorKind.RECIPE, metric + "." + name)
        .at(place)
        .expected(expected)
        .found(found)
        .build();
  }
}
