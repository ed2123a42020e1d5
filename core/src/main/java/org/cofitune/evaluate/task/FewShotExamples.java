package org.cofitune.evaluate.task;

import java.util.List;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/** Chooses the solved examples in front of each question and writes them out. */
final class FewShotExamples {
  private final TaskSpec spec;
  private final List<Document> pool;
  private final Set<String> columns;
  private final PythonRandom random;

  /**
   * @param pool the rows that examples may come from
   * @param columns the columns of these rows
   */
  FewShotExamples(TaskSpec spec, List<Document> pool, Set<String> columns) {
    this.spec = spec;
    this.pool = pool;
    this.columns = columns;
    this.random = new PythonRandom(spec.fewShot().seed());
    int wanted = wanted();
    if (spec.fewShot().count() > 0 && pool.size() < wanted) {
      throw CofituneException.of(ErrorKind.DATA, "too few rows for solved examples")
          .at(spec.place())
          .expected("num_fewshot " + spec.fewShot().count() + " of " + wanted + " rows or more")
          .found(pool.size() + " rows")
          .next("lower num_fewshot, or name a larger fewshot_split")
          .build();
    }
  }

  /** The examples of the next row; rows must come in order, since each draw moves the stream on. */
  List<Document> choose(Document row) {
    int count = spec.fewShot().count();
    if (count == 0) {
      return List.of();
    }
    List<Document> drawn =
        spec.fewShot().sampler() == FewShot.Sampler.FIRST_N
            ? pool.subList(0, wanted())
            : random.sample(pool, wanted());
    return drawn.stream().filter(shot -> !isSame(shot, row)).limit(count).toList();
  }

  /**
   * A solved example; the answer is empty where its row has none.
   *
   * @param question as it is asked
   * @param answer as it is given, behind how every answer begins
   */
  record Solved(String question, String answer) {}

  /** The example that a row makes. */
  Solved solved(Document shot, String genPrefix) {
    PromptSpec prompt = spec.prompt();
    boolean hasChoices = prompt.docToChoice() != TaskField.NOTHING;
    List<String> choices =
        hasChoices
            ? FieldValues.texts("doc_to_choice", prompt.docToChoice().of(shot, columns), shot)
            : List.of();
    String question =
        answered(FieldValues.of(prompt.docToText(), shot, columns, hasChoices), choices, shot);
    Object target = FieldValues.of(prompt.docToTarget(), shot, columns, hasChoices);
    String answer = answered(target instanceof List<?> list ? list.get(0) : target, choices, shot);
    return new Solved(
        question, answer.isEmpty() || genPrefix.isEmpty() ? answer : genPrefix + " " + answer);
  }

  private static String answered(@Nullable Object value, List<String> choices, Document shot) {
    boolean index = value instanceof Integer || value instanceof Long;
    if (index && !choices.isEmpty()) {
      return choices.get(Gold.of(value, choices, shot).iterator().next());
    }
    return FieldValues.text("example", value, shot);
  }

  private int wanted() {
    return spec.fewShot().count() + (spec.fewShot().drawsOneMore() ? 1 : 0);
  }

  private static boolean isSame(Document shot, Document row) {
    return shot.fields().equals(row.fields());
  }
}
