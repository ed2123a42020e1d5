package org.cofitune.cli;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** Whether a command only says what it would do. */
final class DryRunOption {
  @Option(
      names = "--dry-run",
      description =
          "Check recipe, rows, checkpoint, tasks, folder, and disk, say what would be done, and"
              + " stop; no weight is loaded, nothing is written.")
  boolean dryRun;

  /** Says that everything is in order. */
  void tell(Console console, boolean json, String what, Object... values) {
    if (json) {
      JsonOutput.print(console, Map.of("checked", true));
    } else {
      console
          .out()
          .println("in order: " + String.format(Locale.ROOT, what, values) + " could begin");
    }
  }
}
