package org.cofitune.evaluate.task;

import java.util.List;
import org.cofitune.store.Fingerprint;

/**
 * One question of a task.
 *
 * @param docId 0-based number of its row in the split, as in lm-evaluation-harness
 * @param document its row
 * @param requests what the model is asked; for multiple choice one request for every choice, all
 *     with the same context unless the choices stand in the context
 * @param expected what a right answer is
 */
public record TaskItem(int docId, Document document, List<Request> requests, Expected expected) {
  public TaskItem {
    requests = List.copyOf(requests);
  }

  /** Which requests the item makes: the key under which a model's responses are kept. */
  public Fingerprint fingerprint() {
    return TaskFingerprint.requests(this);
  }

  /** Where the row stands, for messages. */
  public String place() {
    return document.place();
  }
}
