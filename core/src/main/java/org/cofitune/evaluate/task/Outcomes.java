package org.cofitune.evaluate.task;

import java.util.List;
import org.cofitune.evaluate.metric.AnswerOutcome;
import org.cofitune.evaluate.metric.ChoiceOutcome;
import org.cofitune.evaluate.metric.ContinuationOutcome;
import org.cofitune.evaluate.metric.Outcome;
import org.cofitune.evaluate.metric.OutputType;
import org.cofitune.evaluate.metric.TextOutcome;

/** Puts an item and a model's responses together into what metrics read. */
public final class Outcomes {
  private Outcomes() {}

  /**
   * The outcome of an item.
   *
   * @param responses one for every request of the item, in order
   * @param filter cuts the answer out of generated text
   */
  public static Outcome of(
      OutputType type, TaskItem item, List<Response> responses, FilterPipeline filter) {
    if (responses.size() != item.requests().size()) {
      throw new IllegalArgumentException(
          item.requests().size() + " requests, " + responses.size() + " responses");
    }
    return switch (type) {
      case MULTIPLE_CHOICE -> choice(item, responses);
      case LOGLIKELIHOOD -> {
        Response.Scored scored = (Response.Scored) responses.get(0);
        yield new ContinuationOutcome(scored.logLikelihood(), scored.tokens(), scored.greedy());
      }
      case LOGLIKELIHOOD_ROLLING -> {
        Response.Scored scored = (Response.Scored) responses.get(0);
        String text = item.requests().get(0).continuation();
        yield new TextOutcome(text, scored.logLikelihood(), scored.tokens());
      }
      case GENERATE_UNTIL -> {
        String generated = ((Response.Generated) responses.get(0)).text();
        Expected.References expected = (Expected.References) item.expected();
        yield new AnswerOutcome(filter.apply(generated), expected.texts());
      }
    };
  }

  private static ChoiceOutcome choice(TaskItem item, List<Response> responses) {
    Expected.Choices expected = (Expected.Choices) item.expected();
    List<Response.Scored> scored = responses.stream().map(Response.Scored.class::cast).toList();
    return new ChoiceOutcome(
        expected.choices(),
        scored.stream().map(Response.Scored::logLikelihood).toList(),
        scored.stream().map(Response.Scored::greedy).toList(),
        expected.gold());
  }
}
