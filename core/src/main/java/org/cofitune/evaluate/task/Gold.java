package org.cofitune.evaluate.task;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/** Finds the right choices of a row: an index, a choice's text, or a list of these. */
final class Gold {
  private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");

  private Gold() {}

  static Set<Integer> of(@Nullable Object target, List<String> choices, Document document) {
    Set<Integer> gold = new LinkedHashSet<>();
    if (target instanceof List<?> several && !several.isEmpty()) {
      for (Object one : several) {
        gold.add(index(one, choices, document));
      }
    } else {
      gold.add(index(target, choices, document));
    }
    return gold;
  }

  private static int index(@Nullable Object target, List<String> choices, Document document) {
    if (target instanceof String text) {
      int index = choices.indexOf(text);
      if (index >= 0) {
        return index;
      }
      // A table has no numbers, so an index stands there as text.
      if (DIGITS.matcher(text).matches() && Integer.parseInt(text) < choices.size()) {
        return Integer.parseInt(text);
      }
    }
    if (target instanceof Integer || target instanceof Long) {
      long index = ((Number) target).longValue();
      if (index >= 0 && index < choices.size()) {
        return (int) index;
      }
    }
    throw CofituneException.of(ErrorKind.DATA, "answer is outside the choices")
        .at(document.place())
        .expected("0 to " + (choices.size() - 1) + ", or one of the choices")
        .found(target == null ? "nothing" : target)
        .next("mend the row, or set on_bad_item: skip")
        .build();
  }
}
