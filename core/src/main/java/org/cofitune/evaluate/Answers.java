package org.cofitune.evaluate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.evaluate.results.ResponseStore;
import org.cofitune.evaluate.task.Response;
import org.cofitune.evaluate.task.TaskItem;
import org.jspecify.annotations.Nullable;

/**
 * The answers to the items of a task, by the item's place: in memory, and on disk where there is a
 * cache.
 */
final class Answers implements AutoCloseable {
  private final List<TaskItem> items;
  private final List<Optional<List<Response>>> answers = new ArrayList<>();
  private final @Nullable ResponseStore store;
  private int size;

  private Answers(List<TaskItem> items, @Nullable ResponseStore store) {
    this.items = items;
    this.store = store;
    for (TaskItem item : items) {
      Optional<List<Response>> known = store == null ? Optional.empty() : store.find(item);
      answers.add(known);
      size += known.isPresent() ? 1 : 0;
    }
  }

  /**
   * The answers that are known, from a cache where there is one.
   *
   * @param cache folder of all models' answers; null for none, and in all processes but the first
   */
  static Answers open(@Nullable Path cache, EvaluatedModel model, EncodedTask task) {
    return new Answers(
        task.items(),
        cache == null ? null : ResponseStore.open(cache, model.answersKey(), task.task()));
  }

  /**
   * Lets every process know which items the first has answers to; the answers themselves stay
   * there.
   */
  void agree(ProcessGroup group) {
    if (group.isAlone()) {
      return;
    }
    double[] known = new double[answers.size()];
    for (int item = 0; item < known.length; item++) {
      known[item] = has(item) ? 1 : 0;
    }
    double[] anywhere = group.sum(known);
    for (int item = 0; item < known.length; item++) {
      if (anywhere[item] > 0 && !has(item)) {
        answers.set(item, Optional.of(List.of()));
        size++;
      }
    }
  }

  boolean has(int item) {
    return answers.get(item).isPresent();
  }

  List<Response> of(int item) {
    return answers.get(item).orElseThrow();
  }

  /** Keeps an answer, unless there is one already. */
  void put(int item, List<Response> responses) {
    if (!has(item)) {
      answers.set(item, Optional.of(responses));
      size++;
      if (store != null) {
        store.put(items.get(item), responses);
      }
    }
  }

  /** How many items have answers. */
  int size() {
    return size;
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
  }
}
