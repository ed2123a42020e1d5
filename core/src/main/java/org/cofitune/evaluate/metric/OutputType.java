package org.cofitune.evaluate.metric;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/** What a task asks of a model, with lm-evaluation-harness's words. */
public enum OutputType {
  /** Score every choice given the question. */
  MULTIPLE_CHOICE,
  /** Score one continuation given its context. */
  LOGLIKELIHOOD,
  /** Score whole texts. */
  LOGLIKELIHOOD_ROLLING,
  /** Generate an answer. */
  GENERATE_UNTIL;

  /** The metrics of a task that names none, the main one first. */
  public List<String> defaultMetrics() {
    return switch (this) {
      case MULTIPLE_CHOICE -> List.of("acc", "acc_norm");
      case LOGLIKELIHOOD -> List.of("perplexity", "acc");
      case LOGLIKELIHOOD_ROLLING ->
          List.of(
              "nll_per_token",
              "token_perplexity",
              "word_perplexity",
              "byte_perplexity",
              "bits_per_byte");
      case GENERATE_UNTIL -> List.of("exact_match");
    };
  }

  /** The name in task files. */
  @JsonValue
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
