package org.cofitune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.SearchRun;
import org.cofitune.search.SearchResult;
import org.cofitune.store.StrictJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Searches for the region worth training. */
@Command(
    description = {
      "Searches for the region whose training gains speciality while versatility holds: a tree from"
          + " the whole depth down to single projections, a short training and a score for each node"
          + " that is tried. Recipe, checkpoint, rows, and disk are checked before weights load. The"
          + " same command again goes on where a search was stopped.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune search recipe.yaml",
      "  cofitune search --model models/my-llama --data rows.jsonl --out runs/search \\",
      "      --set val_size=64 --set search.versatility_data=general.jsonl",
      "",
      "Ctrl-C saves the trial in progress after the step that it is at."
    })
final class SearchCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the search; new, or one to go on with (output_dir).")
  private @Nullable Path out;

  @Mixin private DryRunOption dryRunOption = new DryRunOption();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  SearchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe recipe = recipeOptions.resolve(this::withOut);
    if (dryRunOption.dryRun) {
      SearchRun.check(recipe);
      dryRunOption.tell(console, common.json, "the search");
      return ExitStatus.DONE;
    }
    return new SharedCommand(console, common.debug)
        .run(recipe.section(EngineOptions.class), (group, own) -> search(recipe, group, own));
  }

  private int search(Recipe recipe, ProcessGroup group, Console own) {
    try (SearchRun run = SearchRun.prepare(recipe, group);
        Interruption interruption =
            Interruption.listen(own, "stopping: the trial is saved after this step")) {
      Optional<SearchResult> result = execute(run, group, own, interruption);
      if (result.isEmpty()) {
        own.err().println("stopped; the same command goes on from here");
        return ExitStatus.INTERRUPTED;
      }
      Path file = run.directory().searchResult();
      if (!group.isFirst()) {
        return ExitStatus.DONE;
      }
      if (common.json) {
        JsonOutput.print(own, StrictJson.readObject(file));
      } else {
        print(StrictJson.readObject(file), file);
      }
      return ExitStatus.DONE;
    }
  }

  private Recipe withOut(Recipe recipe) {
    return out == null ? recipe : recipe.withOption("output_dir", out, "--out");
  }

  private static Optional<SearchResult> execute(
      SearchRun run, ProcessGroup group, Console own, Interruption interruption) {
    if (!own.errTerminal()) {
      return run.execute(List.of(new SearchLines(own)), interruption::isRequested, group);
    }
    try (SearchDisplay display = new SearchDisplay(own, interruption::isRequested)) {
      return run.execute(List.of(display), interruption::isRequested, group);
    }
  }

  private void print(ObjectNode report, Path file) {
    console.out().print(SearchText.trials(report));
    line("region", report.get("chosen").asText());
    line("score", scores(report.get("score")) + "  (base " + scores(report.get("base")) + ")");
    for (JsonNode control : report.get("controls")) {
      line("control", SearchText.region(control.get("region").asText()) + "  " + scores(control));
    }
    JsonNode spearman = report.at("/forecast/spearman");
    if (spearman.isNumber()) {
      line("forecast", SearchText.text("rank correlation %.2f with uni", spearman.asDouble()));
    }
    line(
        "steps",
        report.at("/steps/run") + " run, " + report.at("/steps/saved") + " saved by early looks");
    line("result", file.toString());
  }

  private void line(String name, String value) {
    console.out().println(SearchText.text("%-8s %s", name, value));
  }

  private static String scores(JsonNode score) {
    return SearchText.text(
        "S %.2f  V %.2f  uni %.2f",
        score.get("speciality").asDouble(),
        score.get("versatility").asDouble(),
        score.get("uni").asDouble());
  }
}
