package org.cofitune.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
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
   * can only tell for both together; without it, none is taken for one.
   */
  public static Console ofThisProcess() {
    return new Console(
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        isTerminal(System.getProperty("cofitune.stdout")),
        isTerminal(System.getProperty("cofitune.stderr")),
        wantsColour(System::getenv),
        columns(System.getProperty("cofitune.columns")));
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

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
