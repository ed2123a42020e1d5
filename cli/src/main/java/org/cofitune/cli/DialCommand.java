package org.cofitune.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.cofitune.compare.Dial;
import org.cofitune.compare.DialChoice;
import org.cofitune.compare.DialPoint;
import org.cofitune.compare.PointScorer;
import org.cofitune.compare.TaskPointScorer;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.GaugeTexts;
import org.cofitune.evaluate.task.Task;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.MergedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.WeightChange;
import org.cofitune.pipeline.EvaluateSection;
import org.cofitune.pipeline.ModelCard;
import org.cofitune.search.HeldOutScorer;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.JsonText;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores a model on the way from base to tuned weights, and chooses a point. */
@Command(
    description = {
      "Scores base + alpha * (tuned - base) for every alpha (Wise-FT, Wortsman et al. 2022) and marks"
          + " the point that is chosen: how much speciality costs how much versatility, without"
          + " training. Choose on development tasks or rows, not on those that the final scores come"
          + " from. The model is loaded once; answers to tasks are kept.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune dial --model models/my-llama --delta runs/first/delta --tasks dev-tasks.yaml",
      "  cofitune dial --model models/my-llama --delta runs/first/delta --rows held-out.jsonl \\",
      "      --general general.jsonl --choose \"retention>=0.98\" --write models/chosen",
      "",
      "Ctrl-C keeps the answers so far."
    })
final class DialCommand implements Callable<Integer> {
  private static final String DEFAULT_ALPHAS = "0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1";
  private static final int ROWS_AT_ONCE = 8;

  private final Console console;

  @Mixin private ModelOptions modelOptions = new ModelOptions();

  @Mixin private EvaluationOptions evaluationOptions = new EvaluationOptions();

  @Option(
      names = "--rows",
      paramLabel = "FILE",
      description = "Held-out rows of the new domain, instead of tasks; with --general.")
  private @Nullable Path rows;

  @Option(
      names = "--general",
      paramLabel = "FILE",
      description = "Rows, or a .txt file, of what the model could do before; with --rows.")
  private @Nullable Path general;

  @Option(
      names = "--alphas",
      paramLabel = "A,B,...",
      split = ",",
      defaultValue = DEFAULT_ALPHAS,
      description =
          "Parts of the change, 0 to 1 (default: ${DEFAULT-VALUE}); 0 and 1 are always scored.")
  private List<Double> alphas = List.of();

  @Option(
      names = "--choose",
      paramLabel = "RULE",
      defaultValue = "uni",
      description =
          "uni: highest uni; speciality>=X%%: highest V with X %% of the tuned model's S;"
              + " retention>=X: highest S with so large a part of the base's V (default:"
              + " ${DEFAULT-VALUE}).")
  private String choice = "uni";

  @Option(names = "--out", paramLabel = "FILE", description = "The curve, as JSON.")
  private @Nullable Path out;

  @Option(
      names = "--write",
      paramLabel = "DIR",
      description = "New folder of the merged checkpoint at the chosen point.")
  private @Nullable Path write;

  @Mixin private AnswerCache cache = new AnswerCache();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  DialCommand(Console console) {
    this.console = console;
  }

  /** What is asked at every point, read before weights load. */
  private record Questions(
      List<Task> tasks,
      boolean addsSpecialTokens,
      List<TokenizedExample> speciality,
      List<TokenizedExample> versatility) {}

  @Override
  public Integer call() {
    DialChoice rule = checkOptions();
    List<Double> points = Dial.alphas(alphas);
    try (WeightChange change = modelOptions.change().require("no way to go from the base");
        Checkpoint base = Checkpoint.open(modelOptions.model);
        Interruption interruption =
            Interruption.listen(console, "stopping: the answers so far are kept")) {
      change.requireBase(base);
      Questions questions = read();
      Optional<List<DialPoint>> curve = turn(change, questions, points, interruption);
      if (curve.isEmpty()) {
        console.err().println("stopped; the same command goes on where it stopped");
        return ExitStatus.INTERRUPTED;
      }
      DialPoint chosen = rule.of(curve.get());
      ObjectNode report = DialReport.json(curve.get(), chosen, rule);
      if (out != null) {
        AtomicFile.write(out, JsonText.pretty(report));
      }
      if (write != null) {
        String card = ModelCard.of(change.description(base), modelOptions.model, chosen.alpha());
        MergedModel.write(base, change, chosen.alpha(), card, write);
        report.put("model", write.toString());
      }
      tell(curve.get(), chosen, rule, report);
      return ExitStatus.DONE;
    }
  }

  private DialChoice checkOptions() {
    boolean fromRows = rows != null || general != null;
    if (!evaluationOptions.section(List.of()).tasks().isEmpty() == fromRows) {
      throw refused(
          fromRows ? "tasks and rows at once" : "nothing to score on",
          "--tasks",
          "name dev tasks with --tasks, or texts with --rows and --general");
    }
    if (fromRows && (rows == null || general == null)) {
      throw refused(
          "one side of the dial is missing",
          rows == null ? "--rows" : "--general",
          "name both --rows and --general");
    }
    if (write != null && Files.exists(write)) {
      throw refused("folder is in use", "--write " + write, "name a new folder");
    }
    return DialChoice.parse(choice);
  }

  private static CofituneException refused(String what, String option, String next) {
    return CofituneException.of(ErrorKind.RECIPE, what).at(option).next(next).build();
  }

  private Questions read() {
    EvaluateSection section = evaluationOptions.section(List.of());
    ModelConfig config = ModelConfigReader.read(modelOptions.model);
    try (Tokenizer tokenizer = Tokenizer.load(modelOptions.model)) {
      PromptFormat format = PromptFormat.of(modelOptions.model, tokenizer);
      GaugeTexts texts =
          new GaugeTexts(tokenizer, format, config.vocabSize(), config.maxPositionEmbeddings());
      return new Questions(
          section.open(format),
          section.addsSpecialTokens(format),
          rows == null ? List.of() : texts.read(rows),
          general == null ? List.of() : texts.read(general));
    }
  }

  private Optional<List<DialPoint>> turn(
      WeightChange change, Questions questions, List<Double> points, Interruption interruption) {
    try (EvaluationProgress progress = new EvaluationProgress(console)) {
      PointScorer scorer = scorer(questions, progress);
      List<DialPoint> done = new ArrayList<>();
      try (LoadedModel model = modelOptions.openBase(modelOptions.model)) {
        return new Dial(model, change, scorer)
            .curve(
                points,
                point -> {
                  done.add(point);
                  progress.close();
                  console.err().println(DialReport.line(point, done.size(), points.size()));
                },
                interruption::isRequested);
      }
    }
  }

  private PointScorer scorer(Questions questions, EvaluationProgress progress) {
    EvaluateSection section = evaluationOptions.section(List.of());
    if (questions.tasks().isEmpty()) {
      HeldOutScorer likelihood =
          new HeldOutScorer(
              questions.speciality(),
              questions.versatility(),
              ROWS_AT_ONCE,
              section.specialityWeight());
      return (model, alpha, interrupted) ->
          Optional.of(DialPoint.of(alpha, likelihood.score(model)));
    }
    return new TaskPointScorer(
        questions.tasks(),
        section.settings(),
        questions.addsSpecialTokens(),
        section.specialityWeight(),
        EvaluatedModel.fingerprint(modelOptions.model, null),
        modelOptions.fingerprint(),
        cache.folder(),
        progress);
  }

  private void tell(List<DialPoint> curve, DialPoint chosen, DialChoice rule, ObjectNode report) {
    if (common.json) {
      JsonOutput.print(console, report);
      return;
    }
    console.out().print(DialReport.table(curve, chosen));
    console.out().println("chosen   alpha " + chosen.alpha() + " by " + rule.text());
    if (out != null) {
      console.out().println("curve    " + out);
    }
    if (write != null) {
      console.out().println("model    " + write);
    }
  }
}
