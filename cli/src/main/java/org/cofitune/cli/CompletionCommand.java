package org.cofitune.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Writes the script that lets a shell complete commands and options. */
@Command(
    description = {
      "Prints a script with which bash and zsh complete commands, options, and files.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  source <(cofitune completion)                          # in this shell",
      "  cofitune completion > ~/.local/share/bash-completion/completions/cofitune"
    })
final class CompletionCommand implements Callable<Integer> {
  private final Console console;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    String script = AutoComplete.bash("cofitune", Cofitune.everyCommand(console));
    if (common.json) {
      JsonOutput.print(console, Map.of("script", script));
    } else {
      console.out().print(script);
    }
    return ExitStatus.DONE;
  }
}
