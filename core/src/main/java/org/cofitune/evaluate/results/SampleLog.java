package org.cofitune.evaluate.results;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.cofitune.evaluate.metric.Metric;
import org.cofitune.evaluate.metric.Outcome;
import org.cofitune.evaluate.score.ItemResult;
import org.cofitune.evaluate.score.TaskResult;
import org.cofitune.evaluate.task.Expected;
import org.cofitune.evaluate.task.FilterPipeline;
import org.cofitune.evaluate.task.Outcomes;
import org.cofitune.evaluate.task.Request;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.TaskMetric;
import org.cofitune.evaluate.task.TaskSpec;
import org.cofitune.store.AtomicFile;

/**
 * Every item with its prompt, choices, likelihoods and answer, in the layout of
 * lm-evaluation-harness's {@code --log_samples}: one JSON object a line.
 */
public final class SampleLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SampleLog() {}

  /**
   * Writes {@code samples_<task>.jsonl}; the file appears when it is complete.
   *
   * @return the file
   */
  public static Path write(Path folder, TaskResult result) {
    TaskSpec spec = result.task().spec();
    String name = spec.name().replaceAll("[^A-Za-z0-9._-]", "_");
    Path file = folder.resolve("samples_" + name + ".jsonl");
    AtomicFile.write(
        file,
        out -> {
          for (FilterPipeline filter : spec.filters()) {
            for (ItemResult item : result.items()) {
              out.write((line(spec, filter, item) + "\n").getBytes(StandardCharsets.UTF_8));
            }
          }
        });
    return file;
  }

  private static ObjectNode line(TaskSpec spec, FilterPipeline filter, ItemResult result) {
    ObjectNode line = JSON.createObjectNode();
    line.put("doc_id", result.item().docId());
    line.set("doc", JSON.valueToTree(result.item().document().fields()));
    target(line, result.item().expected());
    ArrayNode arguments = line.putArray("arguments");
    for (Request request : result.item().requests()) {
      arguments.addArray().add(request.context()).add(request.continuation());
    }
    ArrayNode responses = line.putArray("resps");
    ArrayNode filtered = line.putArray("filtered_resps");
    for (Response response : result.responses()) {
      if (response instanceof Response.Scored scored) {
        responses.addArray().add(scored.logLikelihood()).add(scored.greedy());
        filtered.addArray().add(scored.logLikelihood()).add(scored.greedy());
      } else if (response instanceof Response.Generated generated) {
        responses.add(generated.text());
        filtered.add(filter.apply(generated.text()));
      }
    }
    line.put("filter", filter.name());
    ArrayNode names = line.putArray("metrics");
    Outcome outcome = Outcomes.of(spec.outputType(), result.item(), result.responses(), filter);
    for (TaskMetric taskMetric : spec.metrics()) {
      Metric<?> metric = taskMetric.metric();
      names.add(metric.name());
      line.put(metric.name(), metric.value(metric.statisticsOf(outcome)));
    }
    return line;
  }

  private static void target(ObjectNode line, Expected expected) {
    if (expected instanceof Expected.Choices choices) {
      List<Integer> gold = choices.gold().stream().sorted().toList();
      line.set("target", gold.size() == 1 ? JSON.valueToTree(gold.get(0)) : JSON.valueToTree(gold));
      line.set("choices", JSON.valueToTree(choices.choices()));
    } else if (expected instanceof Expected.References references) {
      List<String> texts = references.texts();
      line.set(
          "target", texts.size() == 1 ? JSON.valueToTree(texts.get(0)) : JSON.valueToTree(texts));
    } else {
      line.put("target", "");
    }
  }
}
