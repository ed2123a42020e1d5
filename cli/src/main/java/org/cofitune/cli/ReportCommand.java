package org.cofitune.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.report.HtmlReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the report of a run. */
@Command(
    description = {
      "Writes one HTML file that says what a run came to: scores, speciality against versatility,"
          + " the search, the training, importance of units, sample outputs, recipe, and environment."
          + " It reads the run's files only, and the page loads nothing from a network. What the run"
          + " has not made is left out.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune report runs/first",
      "  cofitune report runs/first --out first.html"
    })
final class ReportCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "RUN",
      description = "Folder that run, train, search, or compare left (output_dir).")
  private Path run;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The file to write (default: report.html in the run's folder).")
  private @Nullable Path out;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  ReportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Path file = out == null ? run.resolve(HtmlReport.FILE) : out;
    HtmlReport.write(new RunDirectory(run), file);
    if (common.json) {
      JsonOutput.print(
          console, JsonNodeFactory.instance.objectNode().put("report", file.toString()));
    } else {
      console.out().println("report   " + file);
    }
    return ExitStatus.DONE;
  }
}
