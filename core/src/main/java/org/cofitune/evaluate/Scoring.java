package org.cofitune.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.cofitune.evaluate.task.Response;
import org.cofitune.generate.LogLikelihood;
import org.cofitune.generate.LogLikelihoodScorer;
import org.cofitune.generate.ScoringRequest;

/** Answers the items whose continuations are scored. */
final class Scoring {
  private final LogLikelihoodScorer scorer;

  private final Turns turns;

  Scoring(EvaluatedModel model, EvaluationSettings settings, Turns turns) {
    this.turns = turns;
    this.scorer =
        new LogLikelihoodScorer(model.decoder(), settings.batchTokens(), settings.shareContexts());
  }

  long forwardTokens() {
    return scorer.forwardTokens();
  }

  /**
   * Answers what is not answered yet. Batches are cut over all items, answered or not, so that an
   * evaluation that goes on computes what the undisturbed one would have.
   *
   * @return whether all items have answers now; false if interrupted
   */
  boolean answer(
      EncodedTask task, Answers answers, EvaluationListener listener, BooleanSupplier interrupted) {
    List<ScoringRequest> requests = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    List<OpenItem> items = new ArrayList<>();
    for (int item = 0; item < task.items().size(); item++) {
      List<ScoringRequest> own = task.scoring().get(item);
      items.add(new OpenItem(item, own.size()));
      for (ScoringRequest request : own) {
        requests.add(request);
        owners.add(item);
      }
    }
    List<List<Integer>> unanswered =
        scorer.batches(requests).stream()
            .filter(batch -> !batch.stream().map(owners::get).allMatch(answers::has))
            .toList();
    return turns.compute(
        unanswered,
        interrupted,
        batch -> sums(scorer.scoreBatch(batch.stream().map(requests::get).toList())),
        new Turns.Wire<>(ScoredLines::write, ScoredLines::read),
        (batch, scored) -> {
          int before = answers.size();
          for (int i = 0; i < batch.size(); i++) {
            items.get(owners.get(batch.get(i))).add(scored.get(i), answers);
          }
          listener.onAnswered(answers.size() - before);
        });
  }

  private static List<List<Response.Scored>> sums(List<List<LogLikelihood>> requests) {
    return requests.stream()
        .map(
            texts ->
                texts.stream()
                    .map(text -> new Response.Scored(text.sum(), text.tokens(), text.greedy()))
                    .toList())
        .toList();
  }

  /** An item some of whose requests are scored. */
  private static final class OpenItem {
    private final int item;
    private final List<Response.Scored> sums = new ArrayList<>();
    private int missing;

    OpenItem(int item, int requests) {
      this.item = item;
      this.missing = requests;
    }

    /** Adds the likelihoods of one request; the windows of a text add up. */
    void add(List<Response.Scored> texts, Answers answers) {
      for (int i = 0; i < texts.size(); i++) {
        Response.Scored text = texts.get(i);
        if (i == sums.size()) {
          sums.add(text);
        } else {
          Response.Scored sum = sums.get(i);
          sums.set(
              i,
              new Response.Scored(
                  sum.logLikelihood() + text.logLikelihood(),
                  sum.tokens() + text.tokens(),
                  sum.greedy() && text.greedy()));
        }
      }
      missing--;
      if (missing == 0) {
        answers.put(item, List.copyOf(sums));
      }
    }
  }
}
