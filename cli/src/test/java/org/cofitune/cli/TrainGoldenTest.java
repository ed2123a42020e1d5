package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.Precision;
import org.cofitune.model.GoldenBatch;
import org.cofitune.model.GoldenModel;
import org.cofitune.store.MappedTensors;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** PyTorch's AdamW runs, reproduced with pre-tokenised rows through the command line. */
final class TrainGoldenTest {
  private static final int BATCHES = 3;
  private static final Path COMPACT = Path.of("../core/src/test/resources/golden");
  private static final Path FULL = Path.of("../../shared/golden");

  @TempDir Path directory;

  static Stream<Arguments> runs() {
    Stream<Path> compact =
        Stream.of("a_mha", "b_llama3_gqa", "c_qwen2", "f_mistral_swa").map(COMPACT::resolve);
    Stream<Path> full =
        Stream.of("a_mha", "b_llama3_gqa", "c_qwen2", "f_mistral_swa")
            .map(FULL::resolve)
            .filter(Files::isDirectory);
    return Stream.concat(compact, full)
        .flatMap(
            model ->
                Stream.of(
                    Arguments.of(model, "1-2:up_proj,down_proj", "mlp_l1-2"),
                    Arguments.of(model, "0:q_proj,k_proj,v_proj", "qkv_l0"),
                    Arguments.of(model, "all", "all")));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void weightsAfterThreeStepsAreThoseOfPyTorch(Path model, String region, String selection)
      throws IOException {
    try (GoldenModel golden = GoldenModel.open(model, Precision.FLOAT32)) {
      Path checkpoint = checkpointWithTokenizer(model);
      Path rows = Files.write(directory.resolve("rows.jsonl"), rows(golden));
      Path out = directory.resolve("run");

      CommandRun run =
          CommandRun.of(
              "train",
              "--model",
              checkpoint.toString(),
              "--data",
              rows.toString(),
              "--region",
              region,
              "--out",
              out.toString(),
              "--set",
              "shuffle=false",
              "--set",
              "per_device_train_batch_size=3",
              "--set",
              "num_train_epochs=1",
              "--set",
              "learning_rate=1e-3",
              "--set",
              "decay_all=true");

      assertThat(run.status()).as(run.err()).isZero();
      String prefix = "adamw." + selection + ".total3.nomask.";
      try (PointerScope scope = new PointerScope();
          MappedTensors delta =
              MappedTensors.open(out.resolve("delta").resolve("delta.safetensors"))) {
        assertThat(delta.header().entries()).isNotEmpty();
        delta
            .header()
            .entries()
            .forEach(
                entry ->
                    golden.assertTrainedWeightsAgree(
                        prefix + entry.name(), HostTensors.toDoubles(delta.get(entry.name()))));
      }
    }
  }

  /** The golden checkpoints have no tokenizer; any will do for rows that are ids already. */
  private Path checkpointWithTokenizer(Path golden) throws IOException {
    Path checkpoint = TinyModel.llama().writeTo(directory.resolve("model"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(
          golden.resolve(file), checkpoint.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    return checkpoint;
  }

  private static List<String> rows(GoldenModel golden) {
    List<String> rows = new ArrayList<>();
    for (int k = 0; k < BATCHES; k++) {
      GoldenBatch batch = golden.batch(k, "labels");
      for (int r = 0; r < batch.lengths().length; r++) {
        String ids = Arrays.toString(batch.row(r));
        rows.add("{\"input_ids\": " + ids + ", \"labels\": " + ids + "}");
      }
    }
    return rows;
  }
}
