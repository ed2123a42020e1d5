package org.cofitune.cli;

import org.jspecify.annotations.Nullable;

/**
 * One thing that {@code cofitune doctor} looked at.
 *
 * @param subject what was looked at, one or two words
 * @param verdict whether it will do
 * @param found what was found
 * @param advice what to do about it, unless it will do
 */
record Finding(String subject, Verdict verdict, String found, @Nullable String advice) {
  /** Whether a finding lets training run. */
  enum Verdict {
    OK,
    WARNING,
    MISSING
  }

  static Finding ok(String subject, String found) {
    return new Finding(subject, Verdict.OK, found, null);
  }

  static Finding warning(String subject, String found, String advice) {
    return new Finding(subject, Verdict.WARNING, found, advice);
  }

  static Finding missing(String subject, String found, String advice) {
    return new Finding(subject, Verdict.MISSING, found, advice);
  }
}
