package org.cofitune.evaluate.task;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a task measures (METHOD.md section 6). */
public enum TaskGroup {
  /** The domain that the model is tuned for. */
  SPECIALITY,
  /** General knowledge. */
  GEN_KN,
  /** Reasoning. */
  GEN_RS,
  /** Following instructions. */
  INSTRUCT,
  /** Reported, but part of neither speciality nor versatility; the default. */
  OTHER;

  /** Whether the group's tasks count towards versatility. */
  public boolean isVersatility() {
    return this == GEN_KN || this == GEN_RS || this == INSTRUCT;
  }

  /** The name in task files. */
  @JsonValue
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The names in task files. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(TaskGroup::text).toList();
  }

  /** The group of a name that is one of {@link #texts}. */
  public static TaskGroup of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
