package org.cofitune.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.cofitune.engine.ranks.RankLayout;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.DiskFault;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a command in several processes. */
@Command(
    customSynopsis = {
      "cofitune launch --nproc N COMMAND ...",
      "       cofitune launch --nproc N --nnodes M --node-rank K --master-addr HOST --master-port PORT COMMAND ..."
    },
    description = {
      "Runs a command in N processes of this machine that work together, as ranks 0 to N - 1: train"
          + " shares the rows of each step, the optimizer's state, and the held-out rows; evaluate"
          + " shares batches of questions, importance batches of rows, search trials. With"
          + " --nnodes, the same command on every machine makes one run of them all. Where a process"
          + " is lost, all end with its number, and the same command goes on (--resume).",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune launch --nproc 2 train recipe.yaml",
      "  cofitune launch --nproc 8 --nnodes 2 --node-rank 0 --master-addr node0 --master-port 29500 \\",
      "      train recipe.yaml",
      "",
      "torchrun's variables (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT, LOCAL_RANK) and srun's do the"
          + " same without this command; see docs/scale.md."
    })
final class LaunchCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--nproc",
      required = true,
      paramLabel = "N",
      description = "Processes on this machine; one for each GPU, where GPUs are used.")
  private int processes;

  @Option(names = "--nnodes", paramLabel = "M", description = "Machines (1).")
  private int nodes = 1;

  @Option(
      names = "--node-rank",
      paramLabel = "K",
      description = "Which of the machines this is, from 0.")
  private int nodeRank;

  @Option(
      names = "--master-addr",
      paramLabel = "HOST",
      description = "The machine of rank 0, as the others reach it.")
  private @Nullable String masterAddress;

  @Option(
      names = "--master-port",
      paramLabel = "PORT",
      description = "A free port of that machine.")
  private @Nullable Integer masterPort;

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "A command with its options.")
  private List<String> words = List.of();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  LaunchCommand(Console console) {
    this.console = console;
  }

  /** What follows the command belongs to it. */
  @Spec
  void setSpec(CommandSpec spec) {
    spec.parser().stopAtPositional(true);
  }

  @Override
  public Integer call() {
    check();
    if (nodes > 1) {
      return start(
          Map.of(
              "MASTER_ADDR", String.valueOf(masterAddress),
              "MASTER_PORT", String.valueOf(masterPort)));
    }
    Path folder = null;
    try {
      folder = Files.createTempDirectory("cofitune-launch-"); // only this user may read it
      return start(Map.of(RankLayout.RENDEZVOUS_FILE, folder.resolve("rendezvous").toString()));
    } catch (IOException e) {
      throw DiskFault.writing(Path.of(System.getProperty("java.io.tmpdir")), e);
    } finally {
      remove(folder);
    }
  }

  private void check() {
    if (processes < 1) {
      throw refused("--nproc", "1 or more processes", processes);
    }
    if (nodes < 1) {
      throw refused("--nnodes", "1 or more machines", nodes);
    }
    if (nodeRank < 0 || nodeRank >= nodes) {
      throw refused("--node-rank", "0 to " + (nodes - 1), nodeRank);
    }
    if (nodes > 1 && (masterAddress == null || masterPort == null)) {
      throw refused("--master-addr, --master-port", "both, with several machines", "not both");
    }
    if (!CommandCatalog.SHARED.contains(words.get(0))) {
      String shared = String.join(", ", new TreeSet<>(CommandCatalog.SHARED));
      throw refused("COMMAND", "one whose work processes can share: " + shared, words.get(0));
    }
  }

  private static CofituneException refused(String option, String expected, Object found) {
    return CofituneException.of(ErrorKind.RECIPE, "the processes cannot be started so")
        .at(option)
        .expected(expected)
        .found(found)
        .next("see cofitune launch --help")
        .build();
  }

  private int start(Map<String, String> rendezvous) {
    try (LaunchedProcesses launched = new LaunchedProcesses(console, words)) {
      for (int local = 0; local < processes; local++) {
        Map<String, String> environment = new LinkedHashMap<>(rendezvous);
        environment.put("RANK", String.valueOf(nodeRank * processes + local));
        environment.put("WORLD_SIZE", String.valueOf(nodes * processes));
        environment.put("LOCAL_RANK", String.valueOf(local));
        environment.put("LOCAL_WORLD_SIZE", String.valueOf(processes));
        if (common.verbose) {
          console.err().println("launch: rank " + environment.get("RANK") + " with " + environment);
        }
        launched.start(nodeRank * processes + local, environment);
      }
      return launched.await();
    }
  }

  private static void remove(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try {
      Files.deleteIfExists(folder.resolve("rendezvous"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw DiskFault.writing(folder, e);
    }
  }
}
