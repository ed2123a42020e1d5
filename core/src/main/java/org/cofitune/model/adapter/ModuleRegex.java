package org.cofitune.model.adapter;

import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** A regular expression for modules' names that a file brings, with bounds on what it may cost. */
final class ModuleRegex {
  private static final int MAX_LENGTH = 1000;
  private static final int MAX_READS = 1_000_000;

  private final Path file;
  private final String text;
  private final Pattern pattern;

  private ModuleRegex(Path file, String text, Pattern pattern) {
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
      return new ModuleRegex(file, text, Pattern.compile(text));
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
      return pattern.matcher(new Bounded(name, new int[] {MAX_READS})).matches();
    } catch (TooExpensive e) {
      throw CofituneException.of(ErrorKind.FORMAT, "regular expression takes too long")
          .at(file)
          .found(text)
          .next("list the modules' names instead")
          .cause(e)
          .build();
    }
  }

  private static final class TooExpensive extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Ends a match that reads characters too often. */
  // The count is shared between a text and its parts.
  @SuppressWarnings("ArrayRecordComponent")
  private record Bounded(String name, int[] readsLeft) implements CharSequence {
    @Override
    public int length() {
      return name.length();
    }

    @Override
    public char charAt(int index) {
      if (readsLeft[0]-- == 0) {
        throw new TooExpensive();
      }
      return name.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Bounded(name.substring(start, end), readsLeft);
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
