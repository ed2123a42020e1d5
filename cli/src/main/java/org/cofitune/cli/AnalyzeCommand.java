package org.cofitune.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.cofitune.analyze.Analysis;
import org.cofitune.analyze.AnalysisText;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.pipeline.AnalysisInputs;
import org.cofitune.pipeline.AnalysisInputs.Tuned;
import org.cofitune.pipeline.AnalysisRun;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.RunDirectory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows where in a model a training takes effect. */
@Command(
    customSynopsis = {
      "cofitune analyze RUN [--out DIR] [--rows N]",
      "       cofitune analyze --model DIR --delta DIR --speciality FILE... --versatility FILE...",
      "                        [--out DIR] [--rows N] [--template NAME]"
    },
    description = {
      "Compares a base and a tuned model from the inside: what each layer would say if the model"
          + " ended there (logit lens), how alike the hidden states are, what parts of one model are"
          + " worth in the other, and how far every weight moved. S and V are how likely the model"
          + " finds rows of the new domain and of what it could do before, 100 * exp(-nll / token).",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune analyze runs/first",
      "  cofitune analyze --model models/my-llama --delta runs/first/delta \\",
      "      --speciality held-out.jsonl --versatility general.jsonl --out analysis",
      "",
      "Ctrl-C stops without a file; docs/analyze.md explains the numbers and analysis.json."
    })
final class AnalyzeCommand implements Callable<Integer> {
  private static final String MODEL = "--model";

  private final Console console;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RUN",
      description = "Folder of a finished run; its recipe names model and rows.")
  private @Nullable Path run;

  @Option(names = MODEL, paramLabel = "DIR", description = "Hugging Face checkpoint.")
  private @Nullable Path model;

  @Option(
      names = "--delta",
      paramLabel = "DIR",
      description = "Delta of a run over that checkpoint: the tuned model.")
  private @Nullable Path delta;

  @Option(
      names = "--base-model",
      paramLabel = "DIR",
      description = "The base of a merged model, which --model names then.")
  private @Nullable Path baseModel;

  @Option(
      names = "--speciality",
      paramLabel = "FILE",
      arity = "1..*",
      description = "Held-out rows of the new domain; a run has its own.")
  private List<Path> speciality = List.of();

  @Option(
      names = "--versatility",
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Rows of what the model could do before; a run has those of search.versatility_data, or"
              + " of importance.dataset.")
  private List<Path> versatility = List.of();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "" + AnalysisInputs.DEFAULT_ROWS,
      description = "Rows of each kind, drawn by seed; 0 for all (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--template",
      paramLabel = "NAME",
      description = "How conversations are written: auto, alpaca, or plain (template).")
  private @Nullable String template;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "cpu, cuda, cuda:N or auto (device).")
  private @Nullable String device;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any key of a recipe, for example on_bad_row=skip; may be repeated.")
  private List<String> settings = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of analysis.json; a run's own is RUN/analysis.")
  private @Nullable Path out;

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  AnalyzeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    AnalysisRun analysisRun = AnalysisRun.prepare(inputs());
    try (Interruption interruption = Interruption.listen(console, "stopping: nothing is written")) {
      Optional<Analysis> analysis;
      try (AnalysisProgress progress = new AnalysisProgress(console)) {
        analysis = analysisRun.execute(progress, interruption::isRequested);
      }
      if (analysis.isEmpty()) {
        console.err().println("stopped; the same command begins anew");
        return ExitStatus.INTERRUPTED;
      }
      Optional<Path> file = folder().map(folder -> AnalysisRun.write(analysis.get(), folder));
      if (common.json) {
        JsonOutput.print(console, analysis.get().toJson());
      } else {
        console.out().print(AnalysisText.of(analysis.get()));
        file.ifPresent(written -> console.out().println("analysis " + written));
      }
      return ExitStatus.DONE;
    }
  }

  private Optional<Path> folder() {
    return Optional.ofNullable(out)
        .or(() -> Optional.ofNullable(run).map(folder -> new RunDirectory(folder).analysis()));
  }

  private AnalysisInputs inputs() {
    if (run != null) {
      if (Stream.of(model, delta, baseModel).anyMatch(path -> path != null)) {
        throw refused("the models are named twice", run.toString(), "drop the run or the options");
      }
      return AnalysisInputs.ofRun(run, this::withOptions, speciality, versatility, rows);
    }
    if (model == null) {
      throw refused("nothing to analyze", MODEL, "name a run, or --model and --delta");
    }
    if ((delta == null) == (baseModel == null)) {
      throw refused(
          delta == null ? "no model to compare with" : "the tuned model is named twice",
          delta == null ? MODEL : "--base-model",
          "name either --delta, or --base-model");
    }
    Recipe recipe =
        Recipe.ofDefaults()
            .withOption(
                "model_name_or_path",
                baseModel == null ? model : baseModel,
                baseModel == null ? MODEL : "--base-model");
    return new AnalysisInputs(
        withOptions(recipe),
        delta == null ? new Tuned.Whole(model) : new Tuned.Trained(delta),
        speciality,
        versatility,
        rows);
  }

  private Recipe withOptions(Recipe recipe) {
    Recipe changed = recipe;
    if (template != null) {
      changed = changed.withOption("template", template, "--template");
    }
    if (device != null) {
      changed = changed.withOption("device", device, "--device");
    }
    for (String setting : settings) {
      changed = changed.with(setting);
    }
    return changed;
  }

  private static CofituneException refused(String what, String where, String next) {
    return CofituneException.of(ErrorKind.RECIPE, what).at(where).next(next).build();
  }
}
