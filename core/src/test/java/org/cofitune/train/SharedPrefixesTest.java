package org.cofitune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedPrefixesTest {
  private static final PackedBatch BATCH = PackedBatch.pack(TinyTraining.rows(5, 3));

  @TempDir Path folder;
  private TinyTraining tiny;

  @BeforeEach
  void writeModel() {
    tiny = TinyTraining.in(folder);
  }

  @Test
  void whatIsDerivedFromALowerCacheHasTheBitsOfWhatIsComputedFromTheEmbedding() {
    tiny.open(
        TinyTraining.ARGUMENTS,
        task -> {
          double[] direct;
          try (SharedPrefixes prefixes =
              new SharedPrefixes(task.decoder(), CacheStorage.defaults())) {
            direct = below(3, prefixes, task.decoder());
          }
          try (SharedPrefixes prefixes =
              new SharedPrefixes(task.decoder(), CacheStorage.defaults())) {
            below(1, prefixes, task.decoder());
            below(2, prefixes, task.decoder());
            assertThat(below(3, prefixes, task.decoder())).isEqualTo(direct);
            assertThat(below(3, prefixes, task.decoder())).isEqualTo(direct);
          }
          return task;
        });
  }

  @Test
  void onlyTheLayersAboveTheNearestLowerCacheAreComputed() {
    tiny.open(
        TinyTraining.ARGUMENTS,
        task -> {
          try (SharedPrefixes prefixes =
              new SharedPrefixes(task.decoder(), CacheStorage.defaults())) {
            long tokens = BATCH.tokens();
            below(1, prefixes, task.decoder());
            assertThat(prefixes.work()).isEqualTo(new PrefixWork(tokens, 0));
            below(3, prefixes, task.decoder());
            assertThat(prefixes.work()).isEqualTo(new PrefixWork(3 * tokens, tokens));
            below(3, prefixes, task.decoder());
            assertThat(prefixes.work()).isEqualTo(new PrefixWork(3 * tokens, 4 * tokens));
          }
          return task;
        });
  }

  @Test
  void allCachesShareOneBudgetAndSpillBeyondIt() throws IOException {
    long oneSlab = 32L << 20;
    tiny.open(
        TinyTraining.ARGUMENTS,
        task -> {
          double[] resident;
          try (SharedPrefixes prefixes =
              new SharedPrefixes(task.decoder(), CacheStorage.defaults())) {
            resident = below(2, prefixes, task.decoder());
          }
          Path absent = folder.resolve("absent");
          try (SharedPrefixes prefixes =
              new SharedPrefixes(task.decoder(), new CacheStorage(oneSlab, absent))) {
            below(1, prefixes, task.decoder());
            assertThatThrownBy(() -> below(2, prefixes, task.decoder()))
                .hasMessageContaining(absent.toString());
          }
          try (SharedPrefixes prefixes =
              new SharedPrefixes(task.decoder(), new CacheStorage(oneSlab, folder))) {
            below(1, prefixes, task.decoder());
            assertThat(below(2, prefixes, task.decoder())).isEqualTo(resident);
            assertThat(prefixes.bytes()).isEqualTo(2 * oneSlab);
          }
          return task;
        });
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("model");
    }
  }

  @Test
  void nothingIsCachedWhereNothingIsFrozenBelow() {
    tiny.open(
        TinyTraining.ARGUMENTS,
        task -> {
          try (SharedPrefixes prefixes =
              new SharedPrefixes(task.decoder(), CacheStorage.defaults())) {
            below(0, prefixes, task.decoder());
            assertThat(prefixes.work()).isEqualTo(PrefixWork.NONE);
            assertThat(prefixes.bytes()).isZero();
          }
          return task;
        });
  }

  @Test
  void aResumedRunWithACacheEndsWithTheBitsOfAnUndisturbedOne() {
    Map<String, double[]> undisturbed = train(TinyTraining.ARGUMENTS, folder.resolve("a"), 10);
    train(TinyTraining.ARGUMENTS, folder.resolve("b"), 3);

    train(TinyTraining.ARGUMENTS, folder.resolve("b"), 10)
        .forEach((name, values) -> assertThat(values).isEqualTo(undisturbed.get(name)));
  }

  private Map<String, double[]> train(TrainingArguments arguments, Path checkpoints, int steps) {
    return tiny.open(
        arguments,
        task -> {
          try (SharedPrefixes prefixes =
                  new SharedPrefixes(task.decoder(), CacheStorage.defaults());
              Trainer trainer =
                  new Trainer(task.withPrefix(prefixes.below(task.lowestLayer())), List.of())) {
            trainer
                .checkpoints(TrainingCheckpoints.in(checkpoints, Map.of(), 1))
                .pauseAfter(steps)
                .run(() -> false);
            assertThat(prefixes.work().computed()).isPositive();
          }
          return TinyTraining.weights(task);
        });
  }

  private static double[] below(int layer, SharedPrefixes prefixes, Decoder decoder) {
    try (PointerScope scope = new PointerScope()) {
      return HostTensors.toDoubles(
          prefixes.below(layer).below(layer, BATCH, decoder.packed(BATCH.offsets())));
    }
  }
}
