package org.cofitune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.cofitune.evaluate.score.TextTable;
import org.cofitune.pipeline.Explanation;
import org.cofitune.pipeline.ModuleShare;
import org.jspecify.annotations.Nullable;

/** What a run would do, for a person. */
record ExplanationText(Console console) {
  private static final int LEFT_ALIGNED = 3;

  void print(Explanation explanation) {
    EstimateText facts = new EstimateText(console);
    facts.fact("method", "%s", method(explanation.method()));
    console.out().println();
    console.out().print(changing(explanation.modules()));
    console.out().println();
    printFrozen(explanation.modules(), facts);
    facts.print(explanation.estimate());
    if (explanation.estimate().work() != null) {
      facts.print(explanation.estimate().work());
    }
    if (explanation.schedule() != null) {
      facts.fact("rate", "%s", schedule(explanation.schedule()));
    }
  }

  private static String method(JsonNode method) {
    JsonNode lora = method.path("lora");
    if (lora.isObject()) {
      return "lora: adapters of rank %s, alpha %s%s, dropout %s"
          .formatted(
              lora.path("rank"),
              lora.path("alpha"),
              lora.path("rslora").asBoolean() ? " (rslora)" : "",
              lora.path("dropout"));
    }
    JsonNode mask = method.path("soft_mask");
    if (mask.isMissingNode()) {
      return method.path("name").asText() + ", no mask";
    }
    List<String> corpora = new ArrayList<>();
    mask.path("corpora").forEach(corpus -> corpora.add(corpus.path("name").asText()));
    return "%s: soft mask on the %s, strength %s, importance of %s"
        .formatted(
            method.path("name").asText(),
            mask.path("target").asText(),
            mask.path("strength").asText(),
            String.join(", ", corpora));
  }

  private static TextTable changing(List<ModuleShare> modules) {
    TextTable table =
        new TextTable(
            LEFT_ALIGNED, "module", "layers", "is", "parameters", "masked rows", "mean (1 - I)");
    for (ModuleShare share : modules) {
      if (share.fate() != ModuleShare.Fate.FROZEN) {
        table.row(
            share.module(),
            layers(share),
            share.fate().word(),
            HumanNumbers.count(share.parameters()),
            share.maskedRows() == 0 ? "" : String.format(Locale.ROOT, "%,d", share.maskedRows()),
            meanFactor(share.meanFactor()));
      }
    }
    return table;
  }

  /** One line for all modules that are frozen in the same layers. */
  private void printFrozen(List<ModuleShare> modules, EstimateText facts) {
    Map<String, List<String>> layersOf = new LinkedHashMap<>();
    long parameters = 0;
    for (ModuleShare share : modules) {
      if (share.fate() == ModuleShare.Fate.FROZEN) {
        layersOf.computeIfAbsent(share.module(), module -> new ArrayList<>()).add(layers(share));
        parameters += share.parameters();
      }
    }
    Map<String, List<String>> modulesIn = new LinkedHashMap<>();
    layersOf.forEach(
        (module, layers) ->
            modulesIn
                .computeIfAbsent(String.join(", ", layers), all -> new ArrayList<>())
                .add(module));
    facts.fact("frozen", "%s parameters", HumanNumbers.count(parameters));
    modulesIn.forEach(
        (layers, names) ->
            facts.fact(
                "",
                "%s%s",
                layers.isEmpty() ? "" : "layers " + layers + ": ",
                String.join(", ", names)));
  }

  private static String layers(ModuleShare share) {
    if (share.firstLayer() == null || share.firstLayer().equals(share.lastLayer())) {
      return share.firstLayer() == null ? "" : share.firstLayer().toString();
    }
    return share.firstLayer() + "-" + share.lastLayer();
  }

  private static String meanFactor(@Nullable Double factor) {
    return factor == null ? "" : String.format(Locale.ROOT, "%.3f", factor);
  }

  private static String schedule(Explanation.Schedule schedule) {
    return schedule.type()
        + ", "
        + schedule.rates().stream()
            .map(rate -> rate(rate) + String.format(Locale.ROOT, " at step %,d", rate.step()))
            .collect(Collectors.joining(", "));
  }

  private static String rate(Explanation.Rate rate) {
    return rate.learningRate() == 0 ? "0" : String.format(Locale.ROOT, "%.2e", rate.learningRate());
  }
}
