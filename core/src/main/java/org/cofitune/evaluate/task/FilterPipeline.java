package org.cofitune.evaluate.task;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Cuts the answer out of what a model generated; several pipelines of a task give several scores.
 *
 * @param name the name in the score card; {@code none} for the pipeline that changes nothing
 * @param description the steps as the task file has them, for fingerprints
 */
public record FilterPipeline(String name, String description, List<UnaryOperator<String>> steps) {
  /** Takes the generated text as it is. */
  public static final FilterPipeline NONE = new FilterPipeline("none", "", List.of());

  public FilterPipeline {
    steps = List.copyOf(steps);
  }

  /** The answer in a generated text. */
  public String apply(String generated) {
    String answer = generated;
    for (UnaryOperator<String> step : steps) {
      answer = step.apply(answer);
    }
    return answer;
  }
}
