package org.cofitune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.evaluate.score.ScorecardTable;
import org.cofitune.model.Delta;
import org.cofitune.pipeline.PipelineRun;
import org.cofitune.pipeline.PlannedStage;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.store.StrictJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole way from a recipe to a tuned model and what it is worth. */
@Command(
    description = {
      "Scores the base model, searches for the region to train (region: search), measures the"
          + " importance of units, trains, scores the tuned model, and leaves a merged checkpoint and"
          + " what changed. Everything is checked before weights load. The same command again goes on"
          + " where it was stopped, does nothing where nothing has changed, and runs what depends on"
          + " a changed recipe.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune run recipe.yaml",
      "  cofitune run recipe.yaml --set seed=43",
      "  cofitune run recipe.yaml --dry-run",
      "",
      "Ctrl-C saves; examples/ has commented recipes, docs/recipes.md every key."
    })
final class RunCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the run; new, or one to go on with (output_dir).")
  private @Nullable Path out;

  @Mixin private DryRunOption dryRunOption = new DryRunOption();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  RunCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe recipe = recipeOptions.resolve(this::withOut);
    if (dryRunOption.dryRun) {
      tell(PipelineRun.plan(recipe));
      return ExitStatus.DONE;
    }
    try (PipelineRun run = PipelineRun.prepare(recipe);
        Interruption interruption =
            Interruption.listen(console, "stopping: what is done is saved")) {
      boolean complete;
      try (RunDisplay display = new RunDisplay(console, interruption::isRequested)) {
        complete = run.execute(display, interruption::isRequested);
      }
      if (!complete) {
        console.err().println("stopped; the same command goes on from here");
        return ExitStatus.INTERRUPTED;
      }
      if (common.json) {
        JsonOutput.print(console, report(run.directory()));
      } else {
        print(run.directory());
      }
      return ExitStatus.DONE;
    }
  }

  private void tell(List<PlannedStage> stages) {
    if (common.json) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      for (PlannedStage stage : stages) {
        array
            .addObject()
            .put("stage", stage.stage().text())
            .put("runs", stage.runs())
            .put("reason", stage.reason());
      }
      JsonOutput.print(console, Map.of("stages", array));
      return;
    }
    for (PlannedStage stage : stages) {
      console
          .out()
          .println(
              "%-11s  %s: %s"
                  .formatted(
                      stage.stage().text(),
                      stage.runs() ? "would run" : "nothing to do",
                      stage.reason()));
    }
  }

  private Recipe withOut(Recipe recipe) {
    return out == null ? recipe : recipe.withOption("output_dir", out, "--out");
  }

  private static ObjectNode report(RunDirectory directory) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("run", directory.path().toString());
    report.put("region", region(directory));
    report.put("delta", directory.delta().toString());
    if (Files.isDirectory(directory.model())) {
      report.put("model", directory.model().toString());
    }
    put(report, "base_scorecard", directory.baseScorecard());
    put(report, "scorecard", directory.scorecard());
    put(report, "comparison", directory.comparison());
    return report;
  }

  private static void put(ObjectNode report, String name, Path file) {
    if (Files.exists(file)) {
      JsonNode content = StrictJson.readObject(file);
      report.set(name, content);
    }
  }

  private static String region(RunDirectory directory) {
    try (Delta delta = Delta.open(directory.delta())) {
      return delta.description().region();
    }
  }

  private void print(RunDirectory directory) {
    if (Files.exists(directory.scorecard())) {
      Scorecard card = ScorecardJson.read(directory.scorecard());
      console.out().print(ScorecardTable.of(card));
    }
    if (Files.exists(directory.comparison())) {
      Comparison comparison = ScorecardJson.readComparison(directory.comparison());
      console.out().print("\n" + ScorecardTable.of(comparison));
    }
    console.out().println();
    line("region", region(directory));
    line("delta", directory.delta().toString());
    if (Files.isDirectory(directory.model())) {
      line("model", directory.model().toString());
    }
  }

  private void line(String name, String value) {
    console.out().println("%-8s %s".formatted(name, value));
  }
}
