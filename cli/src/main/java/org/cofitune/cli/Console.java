package org.cofitune.cli;

import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The two streams a command writes to, and what is known of them: results go to {@code out}, logs,
 * progress, and errors to {@code err}.
 *
 * @param outTerminal whether a person sees {@code out} directly
 * @param errTerminal whether a person sees {@code err} directly
 * @param colour whether colours are wanted where a person sees a stream
 * @param columns width of the terminal
 */
public record Console(
    PrintStream out,
    PrintStream err,
    boolean outTerminal,
    boolean errTerminal,
    boolean colour,
    int columns) {
  private static final int DEFAULT_COLUMNS = 100;
  private static final int NARROWEST = 55;

  /**
   * The console of the running process. The launcher says which streams are terminals, since Java
   * can only tell for both together; without it, none is taken for one. Where the engine's
   * libraries write to standard output themselves, the launcher gives them standard error instead
   * and names what this process's results go to.
   */
  public static Console ofThisProcess() {
    return new Console(
        results(System.getProperty("cofitune.stdout.file")),
        utf8(FileDescriptor.err),
        isTerminal(System.getProperty("cofitune.stdout")),
        isTerminal(System.getProperty("cofitune.stderr")),
        wantsColour(System::getenv),
        columns(System.getProperty("cofitune.columns")));
  }

  /** A console whose streams nobody sees, for a process that leaves the talking to another one. */
  Console silenced() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new Console(nowhere, nowhere, false, false, false, columns);
  }

  public boolean colourOut() {
    return colour && outTerminal;
  }

  public boolean colourErr() {
    return colour && errTerminal;
  }

  /** The rule of no-color.org: set and not empty means none; a dumb terminal gets none either. */
  static boolean wantsColour(UnaryOperator<@Nullable String> environment) {
    String noColor = environment.apply("NO_COLOR");
    return (noColor == null || noColor.isEmpty()) && !"dumb".equals(environment.apply("TERM"));
  }

  static int columns(@Nullable String text) {
    if (text == null || !text.matches("[1-9][0-9]{0,3}")) {
      return DEFAULT_COLUMNS;
    }
    return Math.max(NARROWEST, Integer.parseInt(text));
  }

  private static boolean isTerminal(@Nullable String word) {
    return "terminal".equals(word);
  }

  private static PrintStream results(@Nullable String file) {
    if (file == null) {
      return utf8(FileDescriptor.out);
    }
    try {
      return new PrintStream(new FileOutputStream(file, true), true, StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return utf8(FileDescriptor.out); // a socket, say, that cannot be opened by name
    }
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
