package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.Delta;
import org.cofitune.model.GoldenBatch;
import org.cofitune.model.GoldenModel;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden AdamW runs, from pre-tokenised rows in a file to the weights in a delta. */
final class GoldenTrainingTest {
  private static final Map<String, String> REGIONS =
      Map.of("mlp_l1-2", "1-2:up_proj,down_proj", "qkv_l0", "0:q_proj,k_proj,v_proj", "all", "all");
  private static final int BATCHES = 3;

  @TempDir Path directory;

  static Stream<Arguments> runs() {
    Stream<Path> compact =
        Stream.of("a_mha", "b_llama3_gqa", "c_qwen2", "f_mistral_swa")
            .map(Path.of("../core/src/test/resources/golden")::resolve);
    Stream<Path> full =
        Stream.of("a_mha", "f_mistral_swa")
            .map(Path.of("../../shared/golden")::resolve)
            .filter(Files::isDirectory);
    return Stream.concat(compact, full)
        .flatMap(folder -> REGIONS.keySet().stream().sorted().map(r -> Arguments.of(folder, r)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void weightsAfterThreeStepsAgreeWithPyTorch(Path folder, String selection) throws IOException {
    Path model = TinyModel.llama().writeTo(directory.resolve("model"));
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.delete(model.resolve(file));
      Files.copy(folder.resolve(file), model.resolve(file));
    }
    try (GoldenModel golden = GoldenModel.open(folder, Precision.FLOAT32)) {
      CommandRun run =
          CommandRun.of(
              "train",
              "--model",
              model.toString(),
              "--data",
              rows(golden).toString(),
              "--out",
              directory.resolve("run").toString(),
              "--region",
              REGIONS.get(selection),
              "--set",
              "shuffle=false",
              "--set",
              "max_steps=3",
              "--set",
              "per_device_train_batch_size=3",
              "--set",
              "learning_rate=1e-3",
              "--set",
              "decay_all=true",
              "--set",
              "device=cpu",
              "--set",
              "save_merged_model=false",
              "--set",
              "save_steps=-1");
      assertThat(run.status()).as(run.err()).isZero();
      assertAgrees(golden, "adamw.%s.total3.nomask.".formatted(selection));
    }
  }

  private void assertAgrees(GoldenModel golden, String prefix) {
    int compared = 0;
    try (Delta delta = Delta.open(directory.resolve("run/delta"))) {
      for (String name : delta.names()) {
        if (golden.expects(prefix + name)) {
          try (PointerScope scope = new PointerScope()) {
            golden.assertTrainedWeightsAgree(
                prefix + name, HostTensors.toDoubles(delta.tensor(name)));
          }
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(3);
  }

  /** The golden batches without their padding, in order. */
  private Path rows(GoldenModel golden) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int k = 0; k < BATCHES; k++) {
      GoldenBatch batch = golden.batch(k, "labels");
      for (int r = 0; r < batch.lengths().length; r++) {
        int from = r * batch.width();
        int to = from + batch.lengths()[r];
        rows.append(
            "{\"input_ids\": [%s], \"labels\": [%s]}\n"
                .formatted(list(batch.ids(), from, to), list(batch.labels(), from, to)));
      }
    }
    return Files.writeString(directory.resolve("rows.jsonl"), rows);
  }

  private static String list(long[] values, int from, int to) {
    return Arrays.stream(values, from, to)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(","));
  }
}
