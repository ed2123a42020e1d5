package org.cofitune.evaluate.metric;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Every metric that a task file may name. */
public final class MetricCatalog {
  private static final Map<OutputType, Map<String, Function<MetricOptions, Metric<?>>>> METRICS =
      Map.of(
          OutputType.MULTIPLE_CHOICE, choices(),
          OutputType.LOGLIKELIHOOD, continuations(),
          OutputType.LOGLIKELIHOOD_ROLLING, texts(),
          OutputType.GENERATE_UNTIL, answers());

  private MetricCatalog() {}

  /** The metrics that fit an output type, in the order of the documentation. */
  public static List<String> names(OutputType type) {
    return List.copyOf(metrics(type).keySet());
  }

  /**
   * Makes a metric.
   *
   * @param options the metric's options, plain values of a task file
   * @param place where the metric stands, for messages
   * @throws CofituneException ({@link ErrorKind#RECIPE}) for a metric that the output type does not
   *     have, or an option that the metric does not have
   */
  public static Metric<?> create(
      OutputType type, String name, Map<String, Object> options, String place) {
    Function<MetricOptions, Metric<?>> maker = metrics(type).get(name);
    if (maker == null) {
      throw CofituneException.of(
              ErrorKind.RECIPE, "output_type " + type.text() + " has no metric \"" + name + "\"")
          .at(place)
          .next(MetricOptions.advice(name, names(type)))
          .build();
    }
    MetricOptions reader = new MetricOptions(name, options, place);
    Metric<?> metric = maker.apply(reader);
    reader.refuseOthers();
    return metric;
  }

  private static Map<String, Function<MetricOptions, Metric<?>>> metrics(OutputType type) {
    return METRICS.getOrDefault(type, Map.of());
  }

  private static Map<String, Function<MetricOptions, Metric<?>>> choices() {
    Map<String, Function<MetricOptions, Metric<?>>> metrics = new LinkedHashMap<>();
    metrics.put("acc", options -> ChoiceMetrics.accuracy());
    metrics.put(
        "acc_norm",
        options ->
            ChoiceMetrics.normalizedAccuracy(
                options.word("length", List.of("bytes", "characters")).equals("bytes")
                    ? ChoiceMetrics.Length.BYTES
                    : ChoiceMetrics.Length.CHARACTERS));
    metrics.put("exact_match", options -> ChoiceMetrics.greedyMatch());
    return metrics;
  }

  private static Map<String, Function<MetricOptions, Metric<?>>> continuations() {
    Map<String, Function<MetricOptions, Metric<?>>> metrics = new LinkedHashMap<>();
    metrics.put("perplexity", options -> LikelihoodMetrics.perplexity());
    metrics.put("acc", options -> LikelihoodMetrics.greedyMatch());
    metrics.put("token_perplexity", options -> LikelihoodMetrics.continuationTokenPerplexity());
    return metrics;
  }

  private static Map<String, Function<MetricOptions, Metric<?>>> texts() {
    Map<String, Function<MetricOptions, Metric<?>>> metrics = new LinkedHashMap<>();
    metrics.put("nll_per_token", options -> LikelihoodMetrics.nllPerToken());
    metrics.put("token_perplexity", options -> LikelihoodMetrics.tokenPerplexity());
    metrics.put("word_perplexity", options -> LikelihoodMetrics.wordPerplexity());
    metrics.put("byte_perplexity", options -> LikelihoodMetrics.bytePerplexity());
    metrics.put("bits_per_byte", options -> LikelihoodMetrics.bitsPerByte());
    return metrics;
  }

  private static Map<String, Function<MetricOptions, Metric<?>>> answers() {
    Map<String, Function<MetricOptions, Metric<?>>> metrics = new LinkedHashMap<>();
    metrics.put(
        "exact_match",
        options ->
            new ExactMatch(
                    options.regexes("regexes_to_ignore"),
                    options.flag("ignore_case"),
                    options.flag("ignore_punctuation"),
                    options.flag("ignore_numbers"))
                .metric());
    metrics.put(
        "numeric_match", options -> new NumericMatch(options.notNegative("tolerance")).metric());
    metrics.put("f1", options -> TokenF1.metric());
    metrics.put("rouge1", options -> Rouge.ofNgrams(1));
    metrics.put("rouge2", options -> Rouge.ofNgrams(2));
    metrics.put("rougeL", options -> Rouge.ofSubsequence());
    metrics.put("bleu", MetricCatalog::bleu);
    metrics.put("chrf", MetricCatalog::chrf);
    metrics.put("distinct_1", options -> Distinct.metric(1));
    metrics.put("distinct_2", options -> Distinct.metric(2));
    return metrics;
  }

  private static Bleu bleu(MetricOptions options) {
    BleuTokenizer tokenizer =
        switch (options.word("tokenize", List.of("13a", "zh", "char", "none"))) {
          case "zh" -> BleuTokenizer.ZH;
          case "char" -> BleuTokenizer.CHAR;
          case "none" -> BleuTokenizer.NONE;
          default -> BleuTokenizer.MTEVAL_13A;
        };
    return new Bleu(tokenizer, options.flag("lowercase"));
  }

  private static Chrf chrf(MetricOptions options) {
    return new Chrf(
        options.integer("char_order", 1, 20, 6),
        options.integer("word_order", 0, 20, 0),
        options.integer("beta", 1, 100, 2),
        options.flag("lowercase"));
  }
}
