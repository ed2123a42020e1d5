package org.cofitune.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;

/** What a parser may do with bytes that nobody checked: read them, or refuse them in one line. */
public final class Hostile {
  /** A line that a person can still read; names and values from a file are cut before that. */
  private static final int LONGEST_LINE = 10_000;

  private Hostile() {}

  /** Writes or replaces a file. */
  public static Path file(Path folder, String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Parses, and checks what is said of a refusal.
   *
   * @param where file or input that the message has to begin with
   */
  public static void readOrRefuse(Object where, Runnable parse) {
    try {
      parse.run();
    } catch (CofituneException e) {
      String message = String.valueOf(e.getMessage());
      if (!message.startsWith(where.toString())) {
        throw new AssertionError("does not begin with " + where + ": " + message, e);
      }
      if (message.length() > LONGEST_LINE || message.chars().anyMatch(Character::isISOControl)) {
        throw new AssertionError("not one line for a person: " + message, e);
      }
    }
  }
}
