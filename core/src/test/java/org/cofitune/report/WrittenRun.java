package org.cofitune.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.evaluate.score.Comparison;
import org.cofitune.evaluate.score.Measure;
import org.cofitune.evaluate.score.Scorecard;
import org.cofitune.evaluate.score.ScorecardJson;
import org.cofitune.evaluate.score.TaskDifference;
import org.cofitune.evaluate.statistics.Interval;
import org.cofitune.evaluate.statistics.PairedDifference;
import org.cofitune.evaluate.task.TaskGroup;
import org.cofitune.importance.UnitKind;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.pipeline.Sample;
import org.cofitune.search.Trial;
import org.cofitune.search.TrialScore;
import org.cofitune.store.FloatArray;
import org.cofitune.store.JsonText;
import org.cofitune.store.NpyFile;

/** The files of a run, written piece by piece without running anything. */
record WrittenRun(RunDirectory run) {
  private static final int LAYERS = 4;

  /** A folder with a recipe only. */
  static WrittenRun in(Path folder) {
    WrittenRun written = new WrittenRun(new RunDirectory(folder));
    return written.file(
        "recipe.yaml",
        """
        model_name_or_path: models/small # recipe.yaml:1
        learning_rate: 3.0E-4           # recipe.yaml:2
        weight_decay: 0.1               # default
        search:
          beam: 2                       # recipe.yaml:4
        """);
  }

  /** Every piece that a report knows. */
  static WrittenRun whole(Path folder) {
    return in(folder)
        .environment()
        .scores()
        .dial()
        .search()
        .training()
        .importance()
        .analysis()
        .samples(new Sample("rows.jsonl:7", "Q: 1 + 1?", "2", "once upon a time", "2"));
  }

  WrittenRun file(String name, String content) {
    Path file = run.path().resolve(name);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  WrittenRun environment() {
    return file("environment.json", "{\"engine\": {\"device\": \"cpu\"}, \"seed\": 42}");
  }

  WrittenRun scores() {
    ScorecardJson.write(run.baseScorecard(), card("base", 20, 60));
    ScorecardJson.write(run.scorecard(), card("tuned", 50, 55.8));
    Comparison comparison =
        new Comparison(
            "base",
            "tuned",
            null,
            List.of(
                new TaskDifference(
                    "law",
                    TaskGroup.SPECIALITY,
                    "acc",
                    100,
                    20,
                    50,
                    new PairedDifference(30, new Interval(25, 35), 0.0001, "McNemar exact"))),
            measure(30),
            measure(-4.2),
            new Measure(0.93, new Interval(0.9, 0.96)),
            null);
    return file("comparison.json", JsonText.pretty(ScorecardJson.tree(comparison)));
  }

  private static Scorecard card(String model, double speciality, double versatility) {
    return new Scorecard(
        Scorecard.FORMAT,
        model,
        "f".repeat(64),
        Scorecard.EVEN,
        List.of(),
        List.of(),
        measure(speciality),
        measure(versatility),
        measure((speciality + versatility) / 2),
        List.of());
  }

  private static Measure measure(double value) {
    return new Measure(value, new Interval(value - 1, value + 1));
  }

  /** Two methods beside the base. */
  WrittenRun comparison() {
    return file(
        "compare/table.json",
        """
        {"format": 1, "learning_rates_from": "the dev set", "rows": [
          {"method": "base", "seeds": 1, "speciality": %1$s, "versatility": %2$s, "uni": %3$s,
           "pareto": true},
          {"method": "full", "learning_rate": 1e-5, "seeds": 3, "speciality": %4$s,
           "versatility": %1$s, "uni": %3$s, "gain": %5$s, "retention": %5$s, "pareto": true},
          {"method": "cofitune", "learning_rate": 4e-5, "seeds": 3, "speciality": %4$s,
           "versatility": %2$s, "uni": %4$s, "gain": %6$s, "retention": %7$s, "pareto": true}]}
        """
            .formatted(json(20), json(60), json(40), json(55), json(1), json(0.88), json(0.93)));
  }

  private static String json(double score) {
    return "{\"score\": %s, \"interval\": {\"low\": %s, \"high\": %s}}"
        .formatted(score, score - 0.01, score + 0.01);
  }

  WrittenRun dial() {
    return file(
        "dial.json",
        """
        {"choose": "uni", "alpha": 0.5, "curve": [
          {"alpha": 0.0, "speciality": {"score": 20}, "versatility": {"score": 60}},
          {"alpha": 0.5, "speciality": {"score": 40}, "versatility": {"score": 59}},
          {"alpha": 1.0, "speciality": {"score": 50}, "versatility": {"score": 55.8}}]}
        """);
  }

  WrittenRun search() {
    List<Trial> trials =
        List.of(
            Trial.ofBase("s", new TrialScore(1, 20, 10.5)),
            node("0-3:" + ALL, 0, 30, 7, 8),
            node("2-3:" + ALL, 1, 15, 5, 16),
            node("0-1:" + ALL, 1, 15, 2, 13),
            node("2-3:" + ALL, 1, 30, 6, 16),
            node("2-3:up_proj,down_proj", 2, 30, 5, 19),
            node("2-3:q_proj,k_proj", 2, 15, 1, 20),
            new Trial(
                "s", "all", -1, Trial.Role.WHOLE_MODEL_CONTROL, 30, 9, new TrialScore(8, 6, 7)));
    StringBuilder lines = new StringBuilder();
    trials.forEach(
        trial -> lines.append(new ObjectMapper().valueToTree(trial).toString()).append('\n'));
    file("search/trials.jsonl", lines.toString());
    return file(
        "search/result.json",
        """
        {"chosen": "2-3:up_proj,down_proj", "score": {"uni": 12.0}, "base": {"uni": 10.5},
         "retention": 0.95}
        """);
  }

  static final String ALL = "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj";

  static Trial node(String region, int level, int steps, double speciality, double versatility) {
    return new Trial(
        "s",
        region,
        level,
        Trial.Role.NODE,
        steps,
        1000,
        TrialScore.weighed(speciality, versatility, 0.5));
  }

  WrittenRun training() {
    StringBuilder events = new StringBuilder();
    events.append("{\"event\": \"train_start\", \"trainable_parameters\": 393216}\n");
    events.append("{\"event\": \"eval\", \"step\": 0, \"eval_loss\": 6.2}\n");
    for (int step = 1; step <= 20; step++) {
      events.append(
          """
          {"event": "step", "step": %d, "loss": %s, "penalty": 0.0, "learning_rate": 1e-4, \
          "grad_norm": 2.5, "measured": {"base_divergence": 0.1}, "speed": {"seconds": 0.5}}
          """
              .formatted(step, 6.0 / step));
    }
    events.append("{\"event\": \"eval\", \"step\": 20, \"eval_loss\": 2.2}\n{\"event\": \"st");
    file(
        "delta/cofitune.json",
        """
        {"region": "2-3:up_proj,down_proj", "base": {"path": "models/small"},
         "method": {"name": "cofitune"}}
        """);
    return file("events.jsonl", events.toString());
  }

  WrittenRun importance() {
    Path folder = run.importance().resolve("stories");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int units = 4;
    for (UnitKind kind : UnitKind.values()) {
      float[] values = new float[LAYERS * units];
      for (int i = 0; i < values.length; i++) {
        values[i] = i % 5;
      }
      NpyFile.write(folder.resolve(kind.fileName()), FloatArray.of(values, LAYERS, units));
      units *= 30;
    }
    return this;
  }

  WrittenRun analysis() {
    String lens = "{\"log_probability\": [-9.0, -6.0, -4.0, -2.0]}";
    String rows =
        "{\"base\": %1$s, \"tuned\": %1$s, \"similarity\": {\"cosine\": [1, 1, 0.9, 0.8]}}"
            .formatted(lens);
    return file(
        "analysis/analysis.json",
        """
        {"format": 1, "layers": 4,
         "drift": {"projections": ["up_proj", "down_proj"],
                   "relative": [[0, 0], [0, 0], [0.1, 0.2], [0.3, null]]},
         "readings": {"speciality": %1$s, "versatility": %1$s},
         "swaps": [{"kind": "layer", "part": "layer 2", "into": "tuned", "tensors": 2,
                    "gain_kept": 0.4, "loss_restored": 0.6}]}
        """
            .formatted(rows));
  }

  WrittenRun samples(Sample... samples) {
    Sample.write(run.samples(), List.of(samples));
    return this;
  }

  String html() {
    return HtmlReport.of(run);
  }
}
