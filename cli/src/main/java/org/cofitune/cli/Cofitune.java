package org.cofitune.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.cofitune.engine.ranks.RankLayout;
import org.cofitune.pipeline.ProductVersion;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line as a whole: finds the command, runs it, and turns its end into a status. */
public final class Cofitune {
  private final Console console;

  public Cofitune(Console console) {
    this.console = console;
  }

  /**
   * Runs one command line.
   *
   * @return the exit status: 0 done, 1 a fault of cofitune itself, 2 usage or recipe, 3 data, 4
   *     checkpoint or file format, 5 training failed, 130 interrupted after saving
   */
  public int run(String... args) {
    String[] words = helpAsOption(args);
    try {
      if (words.length == 0) {
        console.out().print(root("").getUsageMessage(ansi(console.colourOut())));
        return ExitStatus.DONE;
      }
      return root(words[0]).execute(words);
    } catch (Throwable failure) {
      return new ErrorLine(console).print(failure, Arrays.asList(words).contains("--debug"));
    } finally {
      console.out().flush();
    }
  }

  /** {@code cofitune help train} is {@code cofitune train --help}. */
  private static String[] helpAsOption(String[] args) {
    if (args.length == 0 || !args[0].equals("help")) {
      return args;
    }
    return args.length == 1 ? new String[0] : new String[] {args[1], "--help"};
  }

  private CommandLine root(String chosen) {
    CommandSpec spec = CommandSpec.create().name("cofitune").mixinStandardHelpOptions(true);
    spec.version("cofitune " + ProductVersion.read());
    spec.usageMessage()
        .description(
            "Fine-tune LLaMA-family models so that they gain a speciality and keep their"
                + " versatility.",
            "")
        .commandListHeading("%nCommands:%n")
        .footer("", "'cofitune COMMAND --help' shows the options and examples of a command.");
    CommandLine root = new CommandLine(spec);
    for (CommandCatalog.Entry entry : CommandCatalog.ENTRIES) {
      root.addSubcommand(
          entry.name(), entry.name().equals(chosen) ? whole(entry, console) : nameOnly(entry));
    }
    root.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    root.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    root.setColorScheme(CommandLine.Help.defaultColorScheme(ansi(console.colourOut())));
    root.setUsageHelpWidth(console.columns());
    root.setUsageHelpLongOptionsMaxWidth(34);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setOverwrittenOptionsAllowed(false);
    root.setExecutionStrategy(this::execute);
    root.setParameterExceptionHandler(this::refuse);
    root.setExecutionExceptionHandler(
        (failure, line, result) ->
            new ErrorLine(console).print(failure, common(line).map(o -> o.debug).orElse(false)));
    return root;
  }

  /** All commands with all their options. */
  static CommandLine everyCommand(Console console) {
    CommandLine root =
        new CommandLine(CommandSpec.create().name("cofitune").mixinStandardHelpOptions(true));
    CommandCatalog.ENTRIES.forEach(
        entry -> root.addSubcommand(entry.name(), whole(entry, console)));
    return root;
  }

  private static CommandLine whole(CommandCatalog.Entry entry, Console console) {
    CommandLine line = new CommandLine(entry.create().apply(console));
    line.getCommandSpec().name(entry.name());
    line.getCommandSpec().usageMessage().header(entry.summary(), "").sortOptions(false);
    return line;
  }

  private static CommandLine nameOnly(CommandCatalog.Entry entry) {
    CommandSpec spec = CommandSpec.create().name(entry.name());
    spec.usageMessage().header(entry.summary());
    return new CommandLine(spec);
  }

  private int execute(ParseResult result) {
    ParseResult command = result.hasSubcommand() ? result.subcommand() : result;
    common(command.commandSpec().commandLine())
        .filter(options -> options.verbose || options.debug)
        .ifPresent(options -> LogConfigurator.logMore());
    String name = command.commandSpec().name();
    if (CommandCatalog.ALONE.contains(name) && !command.isUsageHelpRequested()) {
      RankLayout.of(System.getenv())
          .ifPresent(
              layout -> {
                throw layout.refusal(name);
              });
    }
    return new CommandLine.RunLast().execute(result);
  }

  private int refuse(ParameterException failure, String[] args) {
    new ErrorLine(console).print(failure);
    return ExitStatus.USAGE;
  }

  private static Optional<CommonOptions> common(CommandLine line) {
    return Optional.ofNullable(line.getCommandSpec().mixins().get("common"))
        .map(spec -> (CommonOptions) spec.userObject());
  }

  private static Ansi ansi(boolean colour) {
    return colour ? Ansi.ON : Ansi.OFF;
  }
}
