package org.cofitune.evaluate.task;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cofitune.evaluate.metric.OutputType;

/**
 * A task as its file describes it, checked, with its rows still unread.
 *
 * @param name the task's name, unique in an evaluation
 * @param alias the name in tables
 * @param group what it measures
 * @param outputType what it asks of a model
 * @param dataset where its rows are
 * @param prompt how a row becomes a prompt
 * @param chat how questions are asked in a conversation; empty for plain text
 * @param fewShot the solved examples in front of a question
 * @param metrics what is computed, at least one
 * @param primaryMetric the one that counts in the score card
 * @param filters how an answer is cut out of what was generated, at least one
 * @param generation how answers are generated
 * @param limit the first so many rows only
 * @param onBadItem what happens to a row that makes no item
 * @param place where the task stands, for messages
 */
public record TaskSpec(
    String name,
    String alias,
    TaskGroup group,
    OutputType outputType,
    DatasetSpec dataset,
    PromptSpec prompt,
    Optional<ChatContext> chat,
    FewShot fewShot,
    List<TaskMetric> metrics,
    String primaryMetric,
    List<FilterPipeline> filters,
    GenerationSettings generation,
    OptionalInt limit,
    OnBadItem onBadItem,
    String place) {
  public TaskSpec {
    metrics = List.copyOf(metrics);
    filters = List.copyOf(filters);
  }

  /** The metric that counts in the score card. */
  public TaskMetric primary() {
    return metrics.stream()
        .filter(metric -> metric.name().equals(primaryMetric))
        .findFirst()
        .orElseThrow();
  }
}
