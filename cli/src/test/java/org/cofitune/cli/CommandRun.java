package org.cofitune.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * One command line run inside the test's own process.
 *
 * @param status its exit status
 * @param out what it wrote on standard output
 * @param err what it wrote on standard error
 */
record CommandRun(int status, String out, String err) {
  static CommandRun of(String... args) {
    return run(false, args);
  }

  static CommandRun inColour(String... args) {
    return run(true, args);
  }

  private static CommandRun run(boolean terminal, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal,
            terminal,
            terminal,
            100);
    int status = new Cofitune(console).run(args);
    return new CommandRun(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
