package org.cofitune.evaluate.task;

import org.cofitune.store.Fingerprint;

/** Which questions a task asks: what two evaluations must share to be compared. */
final class TaskFingerprint {
  private TaskFingerprint() {}

  /** Of every request with what is expected, in order, and of how answers are generated. */
  static Fingerprint of(Task task) {
    StringBuilder text = new StringBuilder();
    add(text, task.spec().outputType().text());
    add(text, task.spec().generation().toString());
    for (TaskItem item : task.items()) {
      add(text, requests(item).sha256());
      add(text, expected(item.expected()));
    }
    return Fingerprint.ofText(text.toString());
  }

  /** Of the requests of one item. */
  static Fingerprint requests(TaskItem item) {
    StringBuilder text = new StringBuilder();
    for (Request request : item.requests()) {
      add(text, request.context());
      add(text, request.continuation());
    }
    return Fingerprint.ofText(text.toString());
  }

  private static String expected(Expected expected) {
    if (expected instanceof Expected.Choices choices) {
      return choices.gold().stream().sorted().toList().toString();
    }
    return expected instanceof Expected.References references ? references.texts().toString() : "";
  }

  /** With its length, so that no two lists of texts look alike. */
  private static void add(StringBuilder text, String part) {
    text.append(part.length()).append(':').append(part).append('\n');
  }
}
