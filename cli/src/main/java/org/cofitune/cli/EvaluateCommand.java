package org.cofitune.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.EvaluatedModel;
import org.cofitune.evaluate.Evaluator;
import org.cofitune.evaluate.GaugeTexts;
import org.cofitune.evaluate.results.SampleLog;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Gauge;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.evaluate.score.ScorecardTable;
import org.cofitune.evaluate.score.TaskResult;
import org.cofitune.evaluate.task.Task;
import org.cofitune.model.LoadedModel;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.pipeline.EvaluateSection;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores a model on tasks. */
@Command(
    description = {
      "Asks a model the questions of task files (lm-evaluation-harness's keys, docs/tasks.md) and"
          + " adds the scores up to speciality S, versatility V, and uni, with 95 %% intervals."
          + " Answers are kept: an interrupted evaluation goes on where it stopped, and a repeated"
          + " one asks nothing. Tasks, rows, and files are checked before weights load.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune evaluate --model models/my-llama --tasks tasks/arc_challenge.yaml \\",
      "      --data-dir data --out base.json",
      "  cofitune evaluate --model models/my-llama --delta runs/first/delta --tasks my-tasks/ \\",
      "      --base base.json --out tuned.json --log-samples samples",
      "  cofitune evaluate --model models/my-llama --delta runs/first/delta --gauge general.txt"
    })
final class EvaluateCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ModelOptions modelOptions = new ModelOptions();

  @Mixin private EvaluationOptions evaluationOptions = new EvaluationOptions();

  @Option(
      names = "--gauge",
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Rows, or a .txt file: forward KL(base || tuned) per token and the change of the nll;"
              + " needs --delta, --adapter or --base-model.")
  private List<Path> gauges = List.of();

  @Option(
      names = "--base-model",
      paramLabel = "DIR",
      description = "The base that a merged model is gauged against.")
  private @Nullable Path baseModel;

  @Option(names = "--out", paramLabel = "FILE", description = "Score card, as JSON.")
  private @Nullable Path out;

  @Option(
      names = "--base",
      paramLabel = "FILE",
      description = "Score card of the base: prints what changed, item by item.")
  private @Nullable Path base;

  @Option(
      names = "--full",
      paramLabel = "FILE",
      description = "Score card of a full fine-tune, for the share of its gain; with --base.")
  private @Nullable Path full;

  @Option(
      names = "--log-samples",
      paramLabel = "DIR",
      description = "Writes every item with prompt, choices, likelihoods, and answer.")
  private @Nullable Path samples;

  @Mixin private AnswerCache cache = new AnswerCache();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  EvaluateCommand(Console console) {
    this.console = console;
  }

  /** What {@code --json} prints. */
  private record Report(Scorecard scorecard, @Nullable Comparison comparison, long forwardTokens) {}

  /** What is read before weights load. */
  private record Prepared(
      EvaluateSection section,
      List<Task> tasks,
      List<List<TokenizedExample>> gaugeTexts,
      @Nullable Scorecard base,
      @Nullable Scorecard full,
      boolean addsSpecialTokens) {}

  @Override
  public Integer call() {
    EvaluateSection section = evaluationOptions.section(gauges);
    checkOptions(section);
    return new SharedCommand(console, common.debug)
        .run(modelOptions.engineOptions(), (group, own) -> evaluate(section, group, own));
  }

  private int evaluate(EvaluateSection section, ProcessGroup group, Console own) {
    modelOptions.shareWith(group);
    try (Tokenizer tokenizer = Tokenizer.load(modelOptions.model);
        Interruption interruption =
            Interruption.listen(own, "stopping: the answers so far are kept")) {
      Prepared prepared = group.together(() -> prepare(section, tokenizer));
      try (LoadedModel model = modelOptions.open();
          EvaluationProgress progress = new EvaluationProgress(own)) {
        EvaluatedModel evaluated = evaluated(model, tokenizer, prepared);
        Evaluator evaluator = new Evaluator(evaluated, section.settings(), cache.folder(), group);
        Optional<List<TaskResult>> results =
            evaluator.evaluate(prepared.tasks(), progress, interruption::isRequested);
        double[] forwardTokens = group.sum((double) evaluator.forwardTokens());
        List<Gauge> gauged = results.isEmpty() ? List.of() : gauge(model, prepared, progress);
        progress.close();
        if (results.isEmpty()) {
          own.err().println("stopped; the same command goes on where it stopped");
          return ExitStatus.INTERRUPTED;
        }
        if (group.isFirst()) {
          tell(report(evaluated, prepared, results.get(), gauged, (long) forwardTokens[0]));
        }
        return ExitStatus.DONE;
      }
    }
  }

  private void checkOptions(EvaluateSection section) {
    if (section.tasks().isEmpty() && gauges.isEmpty()) {
      throw refused("nothing to evaluate", "--tasks", "name task files, or texts with --gauge");
    }
    if (!gauges.isEmpty() && !modelOptions.isChanged() && baseModel == null) {
      throw refused(
          "no base to gauge against", "--gauge", "add --delta, --adapter or --base-model");
    }
    if (full != null && base == null) {
      throw refused("no base to compare with", "--full", "add --base");
    }
  }

  private static CofituneException refused(String what, String option, String next) {
    return CofituneException.of(ErrorKind.RECIPE, what).at(option).next(next).build();
  }

  private Prepared prepare(EvaluateSection section, Tokenizer tokenizer) {
    ModelConfig config = ModelConfigReader.read(modelOptions.model);
    PromptFormat format = PromptFormat.of(modelOptions.model, tokenizer);
    GaugeTexts texts =
        new GaugeTexts(tokenizer, format, config.vocabSize(), config.maxPositionEmbeddings());
    List<Task> tasks = section.open(format);
    boolean addsSpecialTokens = section.addsSpecialTokens(format);
    Evaluator.check(tasks, tokenizer, addsSpecialTokens, config);
    Scorecard baseCard = base == null ? null : ScorecardJson.read(base);
    Scorecard fullCard = full == null ? null : ScorecardJson.read(full);
    for (Scorecard card : Stream.of(baseCard, fullCard).filter(Objects::nonNull).toList()) {
      Comparison.requireSameQuestions(card, tasks);
    }
    return new Prepared(
        section,
        tasks,
        section.gauge().stream().map(texts::read).toList(),
        baseCard,
        fullCard,
        addsSpecialTokens);
  }

  private EvaluatedModel evaluated(LoadedModel model, Tokenizer tokenizer, Prepared prepared) {
    return new EvaluatedModel(
        modelOptions.name(),
        modelOptions.fingerprint(),
        model.decoder(),
        tokenizer,
        prepared.addsSpecialTokens());
  }

  /** Writes what was asked for, and sums up. */
  private Report report(
      EvaluatedModel evaluated,
      Prepared prepared,
      List<TaskResult> results,
      List<Gauge> gauged,
      long forwardTokens) {
    Scorecard card =
        Scorecard.of(
                evaluated.name(),
                evaluated.fingerprint(),
                results,
                prepared.section().specialityWeight())
            .with(gauged);
    if (samples != null) {
      results.forEach(result -> SampleLog.write(samples, result));
    }
    if (out != null) {
      ScorecardJson.write(out, card);
    }
    Comparison comparison =
        prepared.base() == null ? null : Comparison.of(prepared.base(), card, prepared.full());
    return new Report(card, comparison, forwardTokens);
  }

  private List<Gauge> gauge(LoadedModel tuned, Prepared prepared, EvaluationProgress progress) {
    if (gauges.isEmpty()) {
      return List.of();
    }
    List<Gauge> measured = new ArrayList<>();
    try (LoadedModel untuned =
        modelOptions.openBase(baseModel == null ? modelOptions.model : baseModel)) {
      for (int i = 0; i < gauges.size(); i++) {
        String name = gauges.get(i).toString();
        List<TokenizedExample> texts = prepared.gaugeTexts().get(i);
        progress.begin(name + " texts", texts.size(), 0);
        measured.add(
            Gauge.of(name, texts, untuned.decoder(), tuned.decoder(), progress::onAnswered));
      }
    }
    return measured;
  }

  private void tell(Report report) {
    if (common.json) {
      JsonOutput.print(console, ScorecardJson.tree(report));
      return;
    }
    console.out().print(ScorecardTable.of(report.scorecard()));
    if (report.comparison() != null) {
      console.out().print("\n" + ScorecardTable.of(report.comparison()));
    }
    if (report.forwardTokens() == 0 && !report.scorecard().tasks().isEmpty()) {
      console.out().println("nothing was asked: every answer was known from before");
    }
    if (out != null) {
      console.out().println("scores   " + out);
    }
  }
}
