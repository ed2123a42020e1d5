package org.cofitune.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.cofitune.data.DataArguments;
import org.cofitune.data.DataReport;
import org.cofitune.data.TokenizedExample;
import org.cofitune.evaluate.Evaluator;
import org.cofitune.evaluate.GaugeTexts;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskMetric;
import org.cofitune.model.ModelConfig;
import org.cofitune.store.Fingerprint;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.Tokenizer;
import org.cofitune.train.RowsFingerprint;
import org.cofitune.train.RunIdentity;

/**
 * What base and tuned model of a pipeline are asked.
 *
 * @param rowFiles the files of rows that are trained on
 * @param tasks with their rows read
 * @param gauges texts by name, those that the recipe names and the held-out rows of the new domain
 * @param addsSpecialTokens whether the tokenizer's beginning tokens stand before a question
 */
record Questions(
    List<DataReport.FileRows> rowFiles,
    List<Task> tasks,
    Map<String, List<TokenizedExample>> gauges,
    boolean addsSpecialTokens) {
  /** The name of the held-out rows of the new domain among the gauges. */
  static final String HELD_OUT = "held-out rows";

  /** Reads all of it, before weights load. */
  static Questions read(Recipe recipe, ModelConfig config) {
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    EvaluateSection section = recipe.section(EvaluateSection.class);
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      PromptFormat format =
          PromptFormat.of(model, tokenizer, recipe.section(DataArguments.class).template());
      List<Task> tasks = section.open(format);
      Evaluator.check(tasks, tokenizer, section.addsSpecialTokens(format), config);
      GaugeTexts texts =
          new GaugeTexts(tokenizer, format, config.vocabSize(), config.maxPositionEmbeddings());
      Map<String, List<TokenizedExample>> gauges = new LinkedHashMap<>();
      TrainingData data = TrainingData.read(recipe, tokenizer, config);
      if (!data.eval().isEmpty()) {
        gauges.put(HELD_OUT, data.eval());
      }
      for (Path text : section.gauge()) {
        gauges.put(String.valueOf(text.getFileName()), texts.read(text));
      }
      return new Questions(
          data.rows().report().files(), tasks, gauges, section.addsSpecialTokens(format));
    }
  }

  boolean isEmpty() {
    return tasks.isEmpty() && gauges.isEmpty();
  }

  /** What the answers to the tasks depend on beside the model, and how they are scored. */
  RunIdentity taskIdentity(Recipe recipe) {
    Map<String, String> parts = new TreeMap<>();
    for (Task task : tasks) {
      List<String> scoring = new ArrayList<>();
      for (TaskMetric metric : task.spec().metrics()) {
        scoring.add(metric.name() + " " + new TreeMap<>(metric.options()));
      }
      scoring.add(task.spec().group().text());
      scoring.add(task.spec().primaryMetric());
      scoring.add(task.spec().filters().toString());
      parts.put(
          "task " + task.spec().name(),
          Fingerprint.ofText(task.fingerprint() + "\n" + String.join("\n", scoring)).sha256());
    }
    EvaluateSection section = recipe.section(EvaluateSection.class);
    parts.put("evaluate.speciality_weight", String.valueOf(section.specialityWeight()));
    parts.put("evaluate.batch_tokens", String.valueOf(section.batchTokens()));
    parts.put("beginning tokens", String.valueOf(addsSpecialTokens));
    parts.put("dtype", recipe.section(RunSection.class).computing().name());
    return new RunIdentity(parts);
  }

  /** Which texts are gauged. */
  Map<String, String> gaugeIdentity() {
    Map<String, String> parts = new TreeMap<>();
    gauges.forEach((name, rows) -> parts.put("gauge " + name, RowsFingerprint.of(rows).sha256()));
    return parts;
  }
}
