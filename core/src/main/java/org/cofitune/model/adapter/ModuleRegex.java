package org.cofitune.model.adapter;

import java.nio.file.Path;
import java.util.regex.PatternSyntaxException;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.regex.BoundedPattern;
import org.cofitune.text.regex.SearchTooLongException;

/** A regular expression for modules' names that a file brings, with bounds on what it may cost. */
final class ModuleRegex {
  private static final int MAX_LENGTH = 1000;
  private static final int MAX_READS = 1_000_000;

  private final Path file;
  private final String text;
  private final BoundedPattern pattern;

  private ModuleRegex(Path file, String text, BoundedPattern pattern) {
    this.file = file;
    this.text = text;
    this.pattern = pattern;
  }

  /**
   * Reads an expression.
   *
   * @param file that it stands in, for messages
   * @throws CofituneException of kind FORMAT if it is none, or too long
   */
  static ModuleRegex of(Path file, String text) {
    if (text.length() > MAX_LENGTH) {
      throw CofituneException.of(ErrorKind.FORMAT, "regular expression is too long")
          .at(file)
          .expected("at most " + MAX_LENGTH + " characters")
          .found(text.length())
          .next("list the modules' names instead")
          .build();
    }
    try {
      return new ModuleRegex(file, text, BoundedPattern.compile(text, 0));
    } catch (PatternSyntaxException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "unreadable regular expression")
          .at(file)
          .found(text)
          .next("list the modules' names instead")
          .cause(e)
          .build();
    }
  }

  /** Whether all of a name matches. */
  boolean matches(String name) {
    try {
      return pattern.matcher(name, MAX_READS).matches();
    } catch (SearchTooLongException | StackOverflowError e) {
      throw CofituneException.of(ErrorKind.FORMAT, "regular expression takes too long")
          .at(file)
          .found(text)
          .next("list the modules' names instead")
          .cause(e)
          .build();
    }
  }
}
