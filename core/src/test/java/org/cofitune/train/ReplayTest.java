package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.data.DataOrder;
import org.cofitune.data.TokenizedExample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayTest {
  private static final List<TokenizedExample> GENERAL = TinyTraining.rows(6, 70);

  @TempDir Path folder;

  @Test
  void generalRowsComeAtTheRatio() {
    DataOrder domain = new DataOrder(20, 8, 42, true); // epochs of 8, 8, and 4 rows
    Replay replay = Replay.of(GENERAL, 0.3, TinyTraining.ARGUMENTS);
    int drawn = 0;
    for (int step = 0; step < 30; step++) {
      drawn += replay.rowsOf(step, domain).size();
      assertThat(drawn).isEqualTo(Math.round(0.3 * domain.rowsBefore(step + 1)));
    }
  }

  @Test
  void everyGeneralRowComesOnceInEachOfTheirEpochs() {
    DataOrder domain = new DataOrder(20, 4, 42, true);
    Replay replay = Replay.of(GENERAL, 0.5, TinyTraining.ARGUMENTS);
    List<TokenizedExample> drawn = new ArrayList<>();
    for (int step = 0; step < 6; step++) {
      drawn.addAll(replay.rowsOf(step, domain));
    }
    assertThat(drawn).hasSize(12);
    assertThat(Set.copyOf(drawn.subList(0, 6))).hasSize(6);
    assertThat(Set.copyOf(drawn.subList(6, 12))).hasSize(6);
    assertThat(drawn.subList(6, 12)).isNotEqualTo(drawn.subList(0, 6));
  }

  @Test
  void aStepsRowsDependOnItsNumberAlone() {
    DataOrder domain = new DataOrder(20, 4, 42, true);
    Replay asked = Replay.of(GENERAL, 0.5, TinyTraining.ARGUMENTS);
    for (int step = 0; step < 9; step++) {
      asked.rowsOf(step, domain);
    }
    assertThat(Replay.of(GENERAL, 0.5, TinyTraining.ARGUMENTS).rowsOf(9, domain))
        .isNotEmpty()
        .isEqualTo(asked.rowsOf(9, domain));
  }

  @Test
  void ratioZeroChangesNoBit() {
    TinyTraining tiny = TinyTraining.in(folder);
    Map<String, double[]> plain = tiny.train(TinyTraining.ARGUMENTS);
    Map<String, double[]> replayed = replayed(tiny, 0, event -> {});
    plain.forEach((name, values) -> assertThat(replayed.get(name)).as(name).isEqualTo(values));
  }

  @Test
  void generalRowsAreTrainedOnAndHeldOutRowsAreTheDomains() {
    TinyTraining tiny = TinyTraining.in(folder);
    List<TrainingEvent> plain = new ArrayList<>();
    List<TrainingEvent> replayed = new ArrayList<>();
    Map<String, double[]> without = tiny.train(TinyTraining.ARGUMENTS, plain::add);
    Map<String, double[]> with = replayed(tiny, 1, replayed::add);

    String name = "model.layers.1.mlp.up_proj.weight";
    assertThat(with.get(name)).isNotEqualTo(without.get(name));
    assertThat(tokens(replayed)).isGreaterThan(tokens(plain));
    assertThat(steps(replayed)).hasSameSizeAs(steps(plain));
    assertThat(firstHeldOut(replayed)).isEqualTo(firstHeldOut(plain));
  }

  @Test
  void aGeneralRowWithoutSupervisionIsRefusedByItsPlace() {
    TokenizedExample row = GENERAL.get(3);
    int[] labels = new int[row.tokens()];
    java.util.Arrays.fill(labels, TokenizedExample.IGNORED);
    List<TokenizedExample> rows =
        List.of(new TokenizedExample(row.ids(), labels, row.source(), false));
    assertThatThrownBy(
            () ->
                TinyTraining.in(folder)
                    .open(
                        TinyTraining.ARGUMENTS,
                        task ->
                            new Trainer(
                                task.withReplay(Replay.of(rows, 1, TinyTraining.ARGUMENTS)),
                                List.of())))
        .hasMessageContaining("rows.jsonl:4");
  }

  private static Map<String, double[]> replayed(
      TinyTraining tiny, double ratio, TrainingListener listener) {
    return tiny.open(
        TinyTraining.ARGUMENTS,
        task -> {
          TrainingTask replayed =
              task.withReplay(Replay.of(GENERAL, ratio, TinyTraining.ARGUMENTS));
          try (Trainer trainer = new Trainer(replayed, List.of(listener))) {
            trainer.run(() -> false);
          }
          return TinyTraining.weights(task);
        });
  }

  private static List<TrainingEvent.StepTaken> steps(List<TrainingEvent> events) {
    return events.stream()
        .filter(TrainingEvent.StepTaken.class::isInstance)
        .map(TrainingEvent.StepTaken.class::cast)
        .toList();
  }

  private static long tokens(List<TrainingEvent> events) {
    return steps(events).stream().mapToLong(TrainingEvent.StepTaken::tokens).sum();
  }

  private static double firstHeldOut(List<TrainingEvent> events) {
    return events.stream()
        .filter(TrainingEvent.Evaluated.class::isInstance)
        .map(event -> ((TrainingEvent.Evaluated) event).evalLoss())
        .findFirst()
        .orElseThrow();
  }
}
