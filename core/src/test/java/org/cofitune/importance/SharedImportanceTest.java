package org.cofitune.importance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.engine.ranks.RanksInThreads;
import org.cofitune.model.LoadedModel;
import org.cofitune.testing.TinyModel;
import org.cofitune.train.TinyTraining;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes measure importance in turns. */
class SharedImportanceTest {
  private static final ImportanceSettings SETTINGS =
      ImportanceSettings.defaults().withDropout(0.1).withBatchSize(2);
  private static final ImportanceCorpus CORPUS =
      new ImportanceCorpus("general", TinyTraining.rows(21, 3));

  @TempDir Path folder;

  @BeforeEach
  void writeModel() {
    TinyModel.llama().writeTo(folder.resolve("model"));
  }

  @Test
  void theSumsAreThoseOfOneProcessToTheLastBit() {
    double[] alone = measure(ProcessGroup.alone(), "alone", Integer.MAX_VALUE).orElseThrow();

    List<Optional<double[]>> shared =
        RanksInThreads.run(folder, 3, group -> measure(group, "shared", Integer.MAX_VALUE));

    assertThat(shared).allSatisfy(sums -> assertThat(sums.orElseThrow()).isEqualTo(alone));
    assertThat(folder.resolve("shared/general/head_impt.npy"))
        .hasSameBinaryContentAs(folder.resolve("alone/general/head_impt.npy"));
  }

  @Test
  void whatWasInterruptedGoesOnWithAnotherNumberOfProcesses() {
    double[] alone = measure(ProcessGroup.alone(), "alone", Integer.MAX_VALUE).orElseThrow();

    List<Optional<double[]>> first =
        RanksInThreads.run(folder, 2, group -> measure(group, "shared", 2));
    List<Optional<double[]>> second =
        RanksInThreads.run(folder, 3, group -> measure(group, "shared", Integer.MAX_VALUE));

    assertThat(first).allSatisfy(sums -> assertThat(sums).isEmpty());
    assertThat(second.get(0).orElseThrow()).isEqualTo(alone);
  }

  /** One process asks to stop after so many waves. */
  private Optional<double[]> measure(ProcessGroup group, String name, int patience) {
    Engine engine = Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
    AtomicInteger asked = new AtomicInteger();
    try (LoadedModel model = LoadedModel.open(folder.resolve("model"), engine, Precision.FLOAT64);
        ImportanceEstimator estimator =
            new ImportanceEstimator(
                model.config(), model.parameters(), "tiny", SETTINGS, done -> {})) {
      return estimator
          .measureInto(
              folder.resolve(name),
              CORPUS,
              () -> group.rank() == 1 && asked.incrementAndGet() >= patience,
              group)
          .map(importance -> importance.vectors().raw().flat());
    }
  }
}
