package org.cofitune.cli;

import picocli.CommandLine.Option;

/** Options that every command has; each command mixes them in under the name {@code common}. */
final class CommonOptions {
  @Option(
      names = "--json",
      description = "Print one JSON object on standard output instead of text.")
  boolean json;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log more, and the loggers' names.")
  boolean verbose;

  @Option(names = "--debug", description = "Print the stack trace of an error.")
  boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;
}
