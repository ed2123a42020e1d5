package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {
  private static final List<TensorSpec> SPECS =
      List.of(spec("a", 2), spec("b", 1), spec("c", 7), spec("d", 1), spec("e", 2));

  @TempDir Path temporary;
  private Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start(EngineOptions.defaults());
  }

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(temporary.resolve("model"));
    Files.writeString(folder.resolve("config.json"), "{}");
  }

  @Test
  void weightsThatFitIntoOneFileGiveOneFile() throws IOException {
    write(52);
    assertThat(names()).containsExactly("config.json", "model.safetensors");
    assertWhole();
  }

  @Test
  void largerWeightsAreSharded() throws IOException {
    write(40);
    assertThat(names())
        .containsExactly(
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json");
    assertWhole();
  }

  @Test
  void shardsAreFilledInOrderAndATensorAboveTheBoundGetsItsOwn() {
    Map<String, List<TensorSpec>> shards = ShardPlan.of(SPECS, 12).shards();
    assertThat(shards.values().stream().map(s -> s.stream().map(TensorSpec::name).toList()))
        .containsExactly(List.of("c"), List.of("a", "b"), List.of("d", "e"));
  }

  @Test
  void theIndexIsThatOfTransformers() throws IOException {
    write(28);
    assertThat(folder.resolve("model.safetensors.index.json"))
        .hasContent(
            """
            {
              "metadata": {
                "total_size": 52
              },
              "weight_map": {
                "a": "model-00001-of-00003.safetensors",
                "b": "model-00001-of-00003.safetensors",
                "c": "model-00002-of-00003.safetensors",
                "d": "model-00003-of-00003.safetensors",
                "e": "model-00003-of-00003.safetensors"
              }
            }
            """);
  }

  @Test
  void anUnfinishedCheckpointLeavesNothing() throws IOException {
    try (CheckpointWriter writer = CheckpointWriter.create(folder, SPECS, 16)) {
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> writer.copy("z", null)).hasMessageContaining("not announced: z");
    }
    assertThat(names()).containsExactly("config.json");
  }

  @Test
  void aCopyHasTheSameFingerprintHoweverItIsSharded() throws IOException {
    write(52);
    Path copy = Files.createDirectory(temporary.resolve("copy"));
    Files.copy(folder.resolve("config.json"), copy.resolve("config.json"));
    try (Checkpoint base = Checkpoint.open(folder)) {
      try (CheckpointWriter writer = CheckpointWriter.create(copy, SPECS.subList(0, 5), 12)) {
        SPECS.forEach(spec -> writer.copy(spec.name(), base));
        writer.finish();
      }
      try (Checkpoint copied = Checkpoint.open(copy)) {
        assertThat(copied.weightFiles()).hasSize(3);
        assertThat(Fingerprint.ofCheckpoint(copied)).isEqualTo(Fingerprint.ofCheckpoint(base));
      }
    }
  }

  @Test
  void aRealModelIsCopiedByteByByte() throws IOException {
    Path source = Shared.of("fixtures/models/stories260K");
    try (Checkpoint base = Checkpoint.open(source)) {
      List<TensorSpec> specs =
          base.tensorNames().stream().map(name -> base.entry(name).spec()).toList();
      try (CheckpointWriter writer = CheckpointWriter.create(folder, specs, 300_000)) {
        specs.forEach(spec -> writer.copy(spec.name(), base));
        writer.finish();
      }
      try (Checkpoint copy = Checkpoint.open(folder)) {
        assertThat(copy.weightFiles()).hasSizeGreaterThan(2);
        for (TensorSpec spec : specs) {
          assertThat(Fingerprint.ofTensor(copy, spec.name()))
              .isEqualTo(Fingerprint.ofTensor(base, spec.name()));
        }
      }
    }
  }

  private void write(long maxShardBytes) {
    try (PointerScope scope = new PointerScope();
        CheckpointWriter writer = CheckpointWriter.create(folder, SPECS, maxShardBytes)) {
      for (int i = SPECS.size() - 1; i >= 0; i--) {
        writer.write(SPECS.get(i).name(), values(i));
      }
      writer.finish();
    }
  }

  private void assertWhole() {
    try (PointerScope scope = new PointerScope();
        Checkpoint read = Checkpoint.open(folder)) {
      for (int i = 0; i < SPECS.size(); i++) {
        assertThat(read.tensor(SPECS.get(i).name()).equal(values(i))).isTrue();
      }
    }
  }

  private static Tensor values(int i) {
    float[] values = new float[Math.toIntExact(SPECS.get(i).shape().get(0))];
    Arrays.fill(values, i + 0.5f);
    return HostTensors.ofFloats(values);
  }

  private static TensorSpec spec(String name, long size) {
    return new TensorSpec(name, StoredType.F32, List.of(size));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
