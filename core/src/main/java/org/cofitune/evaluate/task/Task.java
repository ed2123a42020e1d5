package org.cofitune.evaluate.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Fingerprint;

/**
 * A task with its rows read and its requests made: all that a model is asked.
 *
 * @param spec the task as its file describes it
 * @param items the questions, in the order of the rows
 * @param skipped rows that made no item, where {@code on_bad_item: skip} allows it
 */
public record Task(TaskSpec spec, List<TaskItem> items, List<SkippedItem> skipped) {
  public Task {
    items = List.copyOf(items);
    skipped = List.copyOf(skipped);
  }

  /**
   * Reads a task's rows and makes its requests.
   *
   * @throws CofituneException ({@link ErrorKind#DATA}) naming file and row, for a missing or empty
   *     file, a row that makes no item, or too few rows for the solved examples
   */
  public static Task open(TaskSpec spec) {
    Documents documents = Documents.read(files(spec, spec.dataset().evaluated()));
    List<SkippedItem> skipped = new ArrayList<>();
    for (Documents.BadRow bad : documents.bad()) {
      skip(spec, skipped, bad.place(), bad.error());
    }
    FewShotExamples examples = examples(spec, documents);
    ItemBuilder builder = new ItemBuilder(spec, examples, columns(spec, documents));
    List<TaskItem> items = new ArrayList<>();
    List<Document> rows = documents.rows();
    int count = Math.min(rows.size(), spec.limit().orElse(Integer.MAX_VALUE));
    for (int i = 0; i < count; i++) {
      Document row = rows.get(i);
      List<Document> shots = examples.choose(row);
      try {
        items.add(builder.item(i, row, shots));
      } catch (CofituneException e) {
        skip(spec, skipped, row.place(), e);
      }
    }
    if (items.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "task " + spec.name() + " has no items")
          .at(spec.place())
          .found(
              skipped.isEmpty()
                  ? "no rows"
                  : skipped.size() + " rows skipped, the first: " + skipped.get(0).reason())
          .next("check the data and the templates")
          .build();
    }
    return new Task(spec, items, skipped);
  }

  /** Which questions the task asks; the same for the same requests, whatever file they are from. */
  public Fingerprint fingerprint() {
    return TaskFingerprint.of(this);
  }

  private static void skip(
      TaskSpec spec, List<SkippedItem> skipped, String place, CofituneException error) {
    if (error.kind() != ErrorKind.DATA || spec.onBadItem() == OnBadItem.FAIL) {
      throw error;
    }
    skipped.add(new SkippedItem(place, String.valueOf(error.getMessage())));
  }

  private static FewShotExamples examples(TaskSpec spec, Documents evaluated) {
    FewShot fewShot = spec.fewShot();
    if (!fewShot.samples().isEmpty()) {
      List<Document> samples =
          fewShot.samples().stream().map(s -> new Document(s, spec.place())).toList();
      Set<String> columns = new LinkedHashSet<>(evaluated.columns());
      samples.forEach(sample -> columns.addAll(sample.fields().keySet()));
      return new FewShotExamples(spec, samples, columns);
    }
    if (fewShot.count() == 0 || fewShot.split().equals(spec.dataset().evaluated())) {
      return new FewShotExamples(spec, evaluated.rows(), evaluated.columns());
    }
    Documents pool = Documents.read(files(spec, fewShot.split()));
    if (!pool.bad().isEmpty()) {
      throw pool.bad().get(0).error();
    }
    return new FewShotExamples(spec, pool.rows(), columns(spec, pool));
  }

  /** Without a single readable row there are no columns to check names against. */
  private static Set<String> columns(TaskSpec spec, Documents documents) {
    if (documents.rows().isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "task " + spec.name() + " has no rows")
          .at(spec.place())
          .next("check the data")
          .build();
    }
    return documents.columns();
  }

  private static List<Path> files(TaskSpec spec, String split) {
    List<Path> files = spec.dataset().files().get(split);
    if (files == null) {
      throw CofituneException.of(ErrorKind.RECIPE, "the data has no split \"" + split + "\"")
          .at(spec.dataset().place())
          .expected("one of " + String.join(", ", new TreeSet<>(spec.dataset().files().keySet())))
          .build();
    }
    return files;
  }
}
