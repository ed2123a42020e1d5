package org.cofitune.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.cofitune.cli.Finding.Verdict;
import org.cofitune.engine.EngineOptions;
import org.cofitune.pipeline.ProductVersion;
import org.cofitune.store.Manifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what cofitune finds on this machine, and what is missing. */
@Command(
    description =
        "Prints one line per thing that training needs. Ends with status 5 if something is"
            + " missing. With folders, checks every byte of them instead. Nothing is changed.",
    footer = {
      "",
      "Examples:",
      "  cofitune doctor",
      "  cofitune doctor --device cuda",
      "  cofitune doctor runs/first/model runs/first/delta"
    })
final class DoctorCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..*",
      description =
          "Folders with a "
              + Manifest.NAME
              + " (merged models, deltas, adapters, checkpoints, importance): their files are"
              + " compared with it.")
  private List<Path> folders = List.of();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "cpu, cuda, or cuda:N: also looks for the driver and libraries that a GPU needs"
              + " (default: a GPU if there is one).")
  private String device = EngineOptions.DEFAULT_DEVICE;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  DoctorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return report(
        folders.isEmpty() ? machine(device) : folders.stream().map(DoctorCommand::folder).toList());
  }

  private static Finding folder(Path folder) {
    List<Manifest.Item> files = Manifest.verify(folder).files();
    long bytes = files.stream().mapToLong(Manifest.Item::bytes).sum();
    return Finding.ok(
        folder.toString(), files.size() + " files, " + bytes + " bytes, as they were written");
  }

  private static List<Finding> machine(String device) {
    Path cache =
        Path.of(
            System.getProperty(
                "org.bytedeco.javacpp.cachedir",
                System.getProperty("user.home") + "/.javacpp/cache"));
    List<Finding> findings = new ArrayList<>(MachineCheck.run(Path.of("").toAbsolutePath(), cache));
    if (!isMissing(findings)) {
      findings.addAll(EngineCheck.run(device));
    }
    return findings;
  }

  private int report(List<Finding> findings) {
    boolean missing = isMissing(findings);
    if (common.json) {
      JsonOutput.print(console, new Report(ProductVersion.read(), !missing, findings));
    } else {
      findings.forEach(this::print);
    }
    return missing ? ExitStatus.TRAINING : ExitStatus.DONE;
  }

  private static boolean isMissing(List<Finding> findings) {
    return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.MISSING);
  }

  private void print(Finding finding) {
    String verdict = finding.verdict().name().toLowerCase(Locale.ROOT);
    String line = "%-8s %-15s %s".formatted(verdict, finding.subject(), finding.found());
    console.out().println(finding.advice() == null ? line : line + "; " + finding.advice());
  }

  private record Report(String version, boolean ok, List<Finding> findings) {}
}
