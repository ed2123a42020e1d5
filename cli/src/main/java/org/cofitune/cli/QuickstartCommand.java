package org.cofitune.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.pipeline.PipelineRun;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.quickstart.Outcome;
import org.cofitune.quickstart.QuickstartFolder;
import org.cofitune.quickstart.Remaking;
import org.cofitune.quickstart.Rival;
import org.cofitune.report.HtmlReport;
import org.cofitune.store.RunLock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole story on the bundled small model. */
@Command(
    description = {
      "Takes a small model that travels with the program and knows an invented country, adds, sorts,"
          + " and follows orders; teaches it the country's customs codes, which it has never seen,"
          + " with CoFiTune, by full fine-tuning at the same learning rate, and at a lower one; and"
          + " shows what was learned and what was forgotten. It needs no network, no model, and no"
          + " data. Model, rows, questions, and"
          + " recipes lie in the folder afterwards, to look at and to begin from. The same command"
          + " again goes on where it was stopped.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune quickstart",
      "  cofitune quickstart --seed 2 --out runs/second",
      "",
      "Ctrl-C saves; docs/quickstart.md says what to expect, and how the model was made."
    })
final class QuickstartCommand implements Callable<Integer> {
  private static final String QUESTION = "Code 12 wool from Goril.";

  /** With every setting of a model of common size left to its default. */
  private static final String NEXT =
      """
      your own model, rows of your domain, and text of what it is to keep:
        ./cofitune run --model models/my-llama --data rows.jsonl --out runs/mine --set val_size=0.05 \\
          --set method=cofitune --set region=search \\
          --set search.versatility_data=general.jsonl --set importance.dataset=general.jsonl""";

  private final Console console;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for everything; new, or one to go on with (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("runs", "quickstart");

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the rows and of the trainings (default: ${DEFAULT-VALUE}).")
  private long seed = 42;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any key of a recipe, for all trainings; may be repeated.")
  private List<String> settings = List.of();

  @Option(
      names = "--remake",
      paramLabel = "DIR",
      description = "Write what the bundled model was trained from, with the recipe, and stop.")
  private @Nullable Path remake;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  QuickstartCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (remake != null) {
      return write(remake);
    }
    try (RunLock lock = QuickstartFolder.claim(out)) {
      return tell();
    }
  }

  private int write(Path folder) {
    Path recipe = Remaking.write(folder);
    if (common.json) {
      JsonOutput.print(
          console, JsonNodeFactory.instance.objectNode().put("recipe", recipe.toString()));
    } else {
      console.out().println("next     ./cofitune train " + recipe);
    }
    return ExitStatus.DONE;
  }

  private int tell() {
    QuickstartFolder folder = QuickstartFolder.prepare(out, seed);
    try (Interruption interruption =
        Interruption.listen(console, "stopping: what is done is saved")) {
      for (Rival rival : Rival.values()) {
        console.err().println("== " + rival.text() + ": " + folder.recipe(rival));
        if (!train(folder.recipe(rival), interruption)) {
          console.err().println("stopped; the same command goes on from here");
          return ExitStatus.INTERRUPTED;
        }
      }
    }
    Outcome outcome = Outcome.read(folder);
    if (common.json) {
      JsonOutput.print(console, report(folder, outcome));
    } else {
      print(folder, outcome);
    }
    return ExitStatus.DONE;
  }

  private boolean train(Path file, Interruption interruption) {
    Recipe recipe = Recipe.ofFile(file);
    for (String setting : settings) {
      recipe = recipe.with(setting);
    }
    try (PipelineRun run = PipelineRun.prepare(recipe);
        RunDisplay display = new RunDisplay(console, interruption::isRequested)) {
      boolean complete = run.execute(display, interruption::isRequested);
      if (complete) {
        HtmlReport.write(run.directory());
      }
      return complete;
    }
  }

  private static ObjectNode report(QuickstartFolder folder, Outcome outcome) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("folder", folder.path().toString());
    report.put("model", model(folder).toString());
    report.put("report", page(folder).toString());
    report.set("base", ScorecardJson.tree(outcome.base()));
    outcome
        .tuned()
        .forEach(
            (rival, card) -> {
              report.set(rival.word(), ScorecardJson.tree(card));
              report.put(rival.word() + "_retention", outcome.retention(card));
            });
    return report;
  }

  private void print(QuickstartFolder folder, Outcome outcome) {
    console.out().print(outcome.table());
    console.out().println("\n" + outcome.sentence() + "\n");
    line("report", page(folder).toString());
    line("model", model(folder).toString());
    line("recipe", folder.recipe(Rival.COFITUNE).toString());
    line("ask", "./cofitune generate --model %s --ask \"%s\"".formatted(model(folder), QUESTION));
    line("next", NEXT);
  }

  private static Path model(QuickstartFolder folder) {
    return new RunDirectory(folder.run(Rival.COFITUNE)).model();
  }

  private static Path page(QuickstartFolder folder) {
    return folder.run(Rival.COFITUNE).resolve(HtmlReport.FILE);
  }

  private void line(String name, String value) {
    console.out().println("%-8s %s".formatted(name, value));
  }
}
