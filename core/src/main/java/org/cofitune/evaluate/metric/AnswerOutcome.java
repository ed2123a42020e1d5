package org.cofitune.evaluate.metric;

import java.util.List;

/**
 * A generated answer, after the task's filters.
 *
 * @param answer what the model said
 * @param references the right answers, one at least; an item's score is that of the best of them
 */
public record AnswerOutcome(String answer, List<String> references) implements Outcome {
  public AnswerOutcome {
    references = List.copyOf(references);
    if (references.isEmpty()) {
      throw new IllegalArgumentException("no reference");
    }
  }
}
