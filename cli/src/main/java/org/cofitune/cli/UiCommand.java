package org.cofitune.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.cofitune.runs.RunsFolder;
import org.cofitune.ui.UiLimits;
import org.cofitune.ui.UiServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A page that shows what runs have come to. */
@Command(
    description = {
      "Shows the runs of a folder in a browser on this machine: what each has come to, curves and"
          + " search tree of a running one while they grow, and chosen runs side by side. Only"
          + " reads; nothing leaves the machine. Ctrl-C ends it, and no run with it.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune ui",
      "  cofitune ui experiments --port 9000",
      "  ssh -L 8010:127.0.0.1:8010 trainer cofitune ui runs    # of another machine"
    })
final class UiCommand implements Callable<Integer> {
  private static final int DEFAULT_PORT = 8010;

  private final Console console;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "Folder with runs in it, or in folders of it (default: ${DEFAULT-VALUE}).")
  private Path folder = Path.of("runs");

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "" + DEFAULT_PORT,
      description = "Port to listen on, 0 for a free one (default: ${DEFAULT-VALUE}).")
  private int port = DEFAULT_PORT;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  /** What {@code --json} prints when the page can be opened. */
  private record Ready(String url, int port, String folder) {}

  UiCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    RunsFolder runs = RunsFolder.open(folder);
    try (Interruption interruption = Interruption.listen(console, "stopping");
        UiServer server = UiServer.start(port, UiLimits.DEFAULT, runs)) {
      announce(server, runs);
      interruption.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitStatus.DONE;
  }

  private void announce(UiServer server, RunsFolder runs) {
    if (common.json) {
      JsonOutput.print(console, new Ready(server.url(), server.port(), runs.path().toString()));
    } else {
      console.out().println("runs of " + runs.path() + " at " + server.url());
    }
    console.out().flush();
  }
}
