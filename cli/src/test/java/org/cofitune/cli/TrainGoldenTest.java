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
import org.cofitune.importance.UnitKind;
import org.cofitune.model.Delta;
import org.cofitune.model.GoldenBatch;
import org.cofitune.model.GoldenModel;
import org.cofitune.store.FloatArray;
import org.cofitune.store.MappedTensors;
import org.cofitune.store.NpyFile;
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

      train(checkpoint, rows, region, out);

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

  static Stream<Arguments> maskedRuns() {
    return runs()
        .flatMap(
            run ->
                Stream.of("gradient", "update")
                    .map(target -> Arguments.of(run.get()[0], run.get()[1], run.get()[2], target)));
  }

  @ParameterizedTest
  @MethodSource("maskedRuns")
  void weightsAfterThreeMaskedStepsAreThoseOfPyTorch(
      Path model, String region, String selection, String target) throws IOException {
    try (GoldenModel golden = GoldenModel.open(model, Precision.FLOAT32)) {
      Path checkpoint = checkpointWithTokenizer(model);
      Path rows = Files.write(directory.resolve("rows.jsonl"), rows(golden));
      Path out = directory.resolve("run");

      train(
          checkpoint,
          rows,
          region,
          out,
          "--method",
          "cofitune",
          "--importance",
          importance(golden).toString(),
          "--set",
          "soft_mask.target=" + target);

      String prefix =
          "adamw.%s.total3.%s.".formatted(selection, target.equals("update") ? target : "before");
      int compared = 0;
      try (Delta delta = Delta.open(out.resolve("delta"))) {
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
      boolean whole = golden.expects(prefix + "model.norm.weight");
      assertThat(compared).isGreaterThanOrEqualTo(selection.equals("all") && !whole ? 0 : 3);
    }
  }

  /**
   * What PyTorch measured, in the authors' layout: its importance is what masked the golden runs.
   */
  private Path importance(GoldenModel golden) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("importance"));
    for (UnitKind kind : UnitKind.values()) {
      double[] raw = golden.expected("importance.valid.sum." + kind.word() + ".raw");
      float[] values = new float[raw.length];
      for (int i = 0; i < raw.length; i++) {
        values[i] = (float) raw[i];
      }
      NpyFile.write(
          folder.resolve(kind.fileName()),
          FloatArray.of(values, golden.config().numHiddenLayers(), kind.units(golden.config())));
    }
    return folder;
  }

  private static void train(Path checkpoint, Path rows, String region, Path out, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
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
                "decay_all=true"));
    words.addAll(List.of(more));
    CommandRun run = CommandRun.of(words.toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
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
