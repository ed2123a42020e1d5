package org.cofitune.evaluate.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.cofitune.evaluate.metric.MetricCatalog;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.evaluate.task.DatasetSpec;
import org.cofitune.evaluate.task.Document;
import org.cofitune.evaluate.task.Expected;
import org.cofitune.evaluate.task.FewShot;
import org.cofitune.evaluate.task.FilterPipeline;
import org.cofitune.evaluate.task.GenerationSettings;
import org.cofitune.evaluate.task.OnBadItem;
import org.cofitune.evaluate.task.PromptSpec;
import org.cofitune.evaluate.task.Request;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.Task;
import org.cofitune.evaluate.task.TaskField;
import org.cofitune.evaluate.task.TaskGroup;
import org.cofitune.evaluate.task.TaskItem;
import org.cofitune.evaluate.task.TaskMetric;
import org.cofitune.evaluate.task.TaskSpec;

/** Builds tasks and what models made of them. */
public final class Results {
  private Results() {}

  /** Two choices an item, of which the first is right; 1 = the model says it. */
  static TaskResult choices(String task, TaskGroup group, int... right) {
    List<TaskItem> items = new ArrayList<>();
    List<ItemResult> results = new ArrayList<>();
    for (int i = 0; i < right.length; i++) {
      TaskItem item =
          new TaskItem(
              i,
              new Document(Map.of("id", i), task + ".jsonl:" + (i + 1)),
              List.of(new Request(task + i, " yes"), new Request(task + i, " no")),
              new Expected.Choices(List.of("yes", "no"), Set.of(0)));
      items.add(item);
      results.add(
          new ItemResult(
              item,
              List.of(
                  new Response.Scored(-2, 1, false),
                  new Response.Scored(right[i] == 1 ? -3 : -1, 1, false))));
    }
    TaskSpec spec = spec(task, group, OutputType.MULTIPLE_CHOICE, List.of("acc", "acc_norm"));
    return new TaskResult(new Task(spec, items, List.of()), results, List.of(), 0);
  }

  /** Whole texts of two tokens with these log-likelihoods. */
  static TaskResult texts(String task, TaskGroup group, double... logLikelihoods) {
    List<TaskItem> items =
        IntStream.range(0, logLikelihoods.length)
            .mapToObj(
                i ->
                    new TaskItem(
                        i,
                        new Document(Map.of(), task + ":" + i),
                        List.of(new Request("", "text " + i)),
                        new Expected.Likelihood()))
            .toList();
    TaskSpec spec =
        spec(
            task,
            group,
            OutputType.LOGLIKELIHOOD_ROLLING,
            OutputType.LOGLIKELIHOOD_ROLLING.defaultMetrics());
    List<ItemResult> results =
        items.stream()
            .map(
                item ->
                    new ItemResult(
                        item, List.of(new Response.Scored(logLikelihoods[item.docId()], 2, false))))
            .toList();
    return new TaskResult(new Task(spec, items, List.of()), results, List.of(), 0);
  }

  /** Generated answers, each with its reference. */
  public static TaskResult answers(
      List<String> metrics, List<FilterPipeline> filters, String... answersAndReferences) {
    List<TaskItem> items = new ArrayList<>();
    List<ItemResult> results = new ArrayList<>();
    for (int i = 0; i < answersAndReferences.length; i += 2) {
      TaskItem item =
          new TaskItem(
              i / 2,
              new Document(Map.of("q", "question " + i / 2), "g.jsonl:" + (i / 2 + 1)),
              List.of(new Request("question " + i / 2, "")),
              new Expected.References(List.of(answersAndReferences[i + 1])));
      items.add(item);
      results.add(new ItemResult(item, List.of(new Response.Generated(answersAndReferences[i]))));
    }
    TaskSpec spec = spec("g", TaskGroup.SPECIALITY, OutputType.GENERATE_UNTIL, metrics);
    TaskSpec filtered =
        new TaskSpec(
            spec.name(),
            spec.alias(),
            spec.group(),
            spec.outputType(),
            spec.dataset(),
            spec.prompt(),
            spec.chat(),
            spec.fewShot(),
            spec.metrics(),
            spec.primaryMetric(),
            filters,
            spec.generation(),
            spec.limit(),
            spec.onBadItem(),
            spec.place());
    return new TaskResult(new Task(filtered, items, List.of()), results, List.of(), 0);
  }

  private static TaskSpec spec(
      String name, TaskGroup group, OutputType type, List<String> metrics) {
    return new TaskSpec(
        name,
        name,
        group,
        type,
        new DatasetSpec(Map.of(), "test", "t.yaml:1"),
        new PromptSpec(
            TaskField.NOTHING,
            TaskField.NOTHING,
            TaskField.NOTHING,
            TaskField.NOTHING,
            TaskField.NOTHING,
            " ",
            "\n\n"),
        Optional.empty(),
        new FewShot(0, FewShot.Sampler.DEFAULT, 1234, "test", false, List.of()),
        metrics.stream()
            .map(
                metric ->
                    new TaskMetric(
                        MetricCatalog.create(type, metric, Map.of(), "t.yaml:1"), Map.of()))
            .toList(),
        metrics.get(0),
        List.of(FilterPipeline.NONE),
        new GenerationSettings(List.of("\n"), 16, false, 0, 1),
        OptionalInt.empty(),
        OnBadItem.FAIL,
        "t.yaml:1");
  }
}
