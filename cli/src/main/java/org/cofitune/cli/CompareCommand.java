package org.cofitune.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cofitune.compare.ComparisonFormat;
import org.cofitune.compare.ComparisonTable;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.pipeline.CompareRun;
import org.cofitune.pipeline.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains methods beside each other, and tells what each is worth. */
@Command(
    description = {
      "Trains every method of compare.methods with every learning rate and seed on the same rows."
          + " The development set (search.tasks, else held-out rows) chooses each method's learning"
          + " rate and what of its change is taken; the test (evaluate.tasks) is asked once, for"
          + " what was chosen. Everything is checked before weights load, the model is loaded once,"
          + " and no tuned model is kept. The same command again goes on where it was stopped.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune compare recipe.yaml",
      "  cofitune compare recipe.yaml --set \"compare.learning_rates=[1e-5, 4e-5]\" --json",
      "",
      "Ctrl-C saves; docs/compare.md has a recipe, docs/recipes.md every key."
    })
final class CompareCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the comparison; new, or one to go on with (output_dir).")
  private @Nullable Path out;

  @Mixin private DryRunOption dryRunOption = new DryRunOption();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  CompareCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe recipe = recipeOptions.resolve(this::withOut);
    if (dryRunOption.dryRun) {
      int trainings = CompareRun.check(recipe);
      dryRunOption.tell(console, common.json, "the comparison, at most %d trainings", trainings);
      return ExitStatus.DONE;
    }
    try (CompareRun run = CompareRun.prepare(recipe);
        Interruption interruption =
            Interruption.listen(console, "stopping: what is done is saved")) {
      Optional<ComparisonTable> table;
      try (CompareDisplay display = new CompareDisplay(console)) {
        table = run.execute(display, interruption::isRequested);
      }
      if (table.isEmpty()) {
        console.err().println("stopped; the same command goes on from here");
        return ExitStatus.INTERRUPTED;
      }
      if (common.json) {
        JsonOutput.print(console, ScorecardJson.tree(table.get()));
      } else {
        console.out().print(ComparisonFormat.text(table.get()));
        console.out().println("table    " + run.folder().table("md"));
      }
      return ExitStatus.DONE;
    }
  }

  private Recipe withOut(Recipe recipe) {
    return out == null ? recipe : recipe.withOption("output_dir", out, "--out");
  }
}
