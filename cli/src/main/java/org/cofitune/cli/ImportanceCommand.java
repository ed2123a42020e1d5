package org.cofitune.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.importance.Importance;
import org.cofitune.importance.ImportanceDescription;
import org.cofitune.importance.ImportanceProgress;
import org.cofitune.pipeline.ImportanceRun;
import org.cofitune.pipeline.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures which units of a model its abilities rest on. */
@Command(
    customSynopsis = {
      "cofitune importance --model DIR [--delta DIR] --data FILE... --out DIR",
      "                           [--corpus NAME] [--set KEY=VALUE]...",
      "       cofitune importance recipe.yaml [--set KEY=VALUE]..."
    },
    description = {
      "Measures how much every attention head, every feed-forward neuron, and every output coordinate"
          + " matters to the model on a text, and writes it to a folder of the corpus' name. Give it"
          + " text of what the model must go on being good at. Training with --method cofitune then"
          + " spares what matters. docs/soft-mask.md explains it.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune importance --model models/my-llama --data general.jsonl --out runs/importance",
      "  cofitune importance --model models/my-llama --data chats.jsonl --out runs/importance \\",
      "      --corpus chats --set importance.max_samples=500 --set importance.aggregation=abs",
      "",
      "Ctrl-C saves after the batch in progress; the same command goes on from there."
    })
final class ImportanceCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions("importance.dataset");

  @Option(
      names = "--delta",
      paramLabel = "DIR",
      description = "Delta of a run, put on top of the checkpoint in memory.")
  private @Nullable Path delta;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of importance; may hold other corpora (importance_dir).")
  private @Nullable Path out;

  @Option(
      names = "--corpus",
      paramLabel = "NAME",
      description = "Name of the text; the first file's where left out (importance.corpus).")
  private @Nullable String corpus;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  ImportanceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe recipe = recipeOptions.resolve(this::withOptions);
    return new SharedCommand(console, common.debug)
        .run(recipe.section(EngineOptions.class), (group, own) -> measure(recipe, group, own));
  }

  private int measure(Recipe recipe, ProcessGroup group, Console own) {
    Optional<Path> change = Optional.ofNullable(delta);
    try (ImportanceRun run = group.together(() -> ImportanceRun.prepare(recipe, change))) {
      if (run.finished().isPresent()) {
        print(Report.of("measured before", run, run.execute(done -> {}, () -> false, group)), own);
        return ExitStatus.DONE;
      }
      return measure(run, group, own);
    }
  }

  private Recipe withOptions(Recipe recipe) {
    Recipe changed = recipe;
    if (out != null) {
      changed = changed.withOption("importance_dir", out, "--out");
    }
    return corpus == null ? changed : changed.withOption("importance.corpus", corpus, "--corpus");
  }

  private int measure(ImportanceRun run, ProcessGroup group, Console own) {
    try (Interruption interruption =
        Interruption.listen(own, "stopping: what is done is saved after this batch")) {
      Optional<Importance> importance;
      try (WorkProgress progress = new WorkProgress(own, "rows")) {
        importance = run.execute(done -> show(done, progress), interruption::isRequested, group);
      }
      print(Report.of(importance.isPresent() ? "complete" : "interrupted", run, importance), own);
      return importance.isPresent() ? ExitStatus.DONE : ExitStatus.INTERRUPTED;
    }
  }

  private static void show(ImportanceProgress done, WorkProgress progress) {
    progress.advance(
        done.rows(),
        done.totalRows(),
        List.of(
            HumanNumbers.count(done.tokens()) + " tokens",
            String.format(Locale.ROOT, "divergence %.2e", done.meanDivergence())));
  }

  /** What the command leaves, for {@code --json}. */
  private record Report(
      String end,
      String corpus,
      String importance,
      int rows,
      @Nullable Long tokens,
      @Nullable Double meanDivergence) {

    static Report of(String end, ImportanceRun run, Optional<Importance> importance) {
      Optional<ImportanceDescription> made = importance.flatMap(Importance::description);
      return new Report(
          end,
          run.corpus().name(),
          run.folder().toString(),
          run.corpus().rows().size(),
          made.map(ImportanceDescription::tokens).orElse(null),
          made.map(ImportanceDescription::meanDivergence).orElse(null));
    }
  }

  private void print(Report report, Console own) {
    if (common.json) {
      JsonOutput.print(own, report);
      return;
    }
    if (report.tokens() == null) {
      own.err().println("stopped; the same command goes on from here");
      return;
    }
    if (!report.end().equals("complete")) {
      own.err().println("nothing to do: this very measurement was made before");
    }
    own.out()
        .println(
            String.format(
                Locale.ROOT,
                "corpus     %s: %,d rows, %,d tokens, divergence %.2e nats per token",
                report.corpus(),
                report.rows(),
                report.tokens(),
                report.meanDivergence()));
    own.out().println("importance " + report.importance());
  }
}
