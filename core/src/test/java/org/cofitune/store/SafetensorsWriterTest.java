package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsWriterTest {
  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start(EngineOptions.defaults());
  }

  @Test
  void theBytesAreThoseOfTheFormat() throws IOException {
    Path file = folder.resolve("a.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put("b", HostTensors.ofFloats(new float[] {1, 2}, 1, 2));
      tensors.put("a", HostTensors.ofFloats(new float[] {3}));
      SafetensorsWriter.write(file, tensors);
    }
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}";
    int padded = (header.length() + 7) / 8 * 8;
    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).startsWith(padded, 0, 0, 0, 0, 0, 0, 0).hasSize(8 + padded + 12);
    assertThat(new String(bytes, 8, padded, StandardCharsets.UTF_8))
        .isEqualTo(header + " ".repeat(padded - header.length()));
    assertThat(bytes).endsWith(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40);
    assertThat(names()).containsExactly("a.safetensors");
  }

  @Test
  void widerTypesComeFirstSoThatEveryTensorIsAligned() {
    Path file = folder.resolve("a.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put("odd", torch.ones(new long[] {3}).to(ScalarType.BFloat16));
      tensors.put("x", torch.ones(1));
      tensors.put("y", torch.ones(1));
      tensors.put("wide", HostTensors.ofLongs(new long[] {7}));
      SafetensorsWriter.write(file, tensors);
    }
    SafetensorsHeader header = SafetensorsHeader.read(file);
    assertThat(header.names()).containsExactly("wide", "x", "y", "odd");
    assertThat(header.entries()).allMatch(entry -> entry.begin() % entry.type().byteSize() == 0);
  }

  @ParameterizedTest
  @EnumSource(StoredType.class)
  void everyTypeComesBackBitByBit(StoredType type) {
    Path file = folder.resolve("a.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Tensor values = torch.arange(new Scalar(6)).to(ScalarTypes.of(type)).view(2, 3);
      SafetensorsWriter.write(file, Map.of("a", values));
      try (MappedTensors read = MappedTensors.open(file)) {
        assertThat(read.header().entry("a").spec())
            .isEqualTo(new TensorSpec("a", type, List.of(2L, 3L)));
        assertThat(read.get("a").equal(values)).isTrue();
      }
    }
  }

  @Test
  void notANumberKeepsItsBits() {
    Path file = folder.resolve("a.safetensors");
    float[] odd = {Float.intBitsToFloat(0x7fc12345), -0f, Float.NEGATIVE_INFINITY};
    try (PointerScope scope = new PointerScope()) {
      SafetensorsWriter.write(file, Map.of("a", HostTensors.ofFloats(odd)));
      try (MappedTensors read = MappedTensors.open(file)) {
        assertThat(HostTensors.toFloats(read.get("a")))
            .usingComparator((a, b) -> Arrays.equals(a, b) ? 0 : 1)
            .isEqualTo(odd);
      }
    }
  }

  @Test
  void tensorsOfAnyLayoutAndWithGradientAreWritten() {
    Path file = folder.resolve("a.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Tensor t = HostTensors.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).requires_grad_(true);
      SafetensorsWriter.write(file, Map.of("t", t.t()));
      try (MappedTensors read = MappedTensors.open(file)) {
        assertThat(read.header().entry("t").shape()).containsExactly(3L, 2L);
        assertThat(HostTensors.toFloats(read.get("t"))).containsExactly(1, 4, 2, 5, 3, 6);
      }
    }
  }

  @Test
  void tensorsLargerThanOneChunkAreWrittenWhole() {
    Path file = folder.resolve("a.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Tensor large = torch.arange(new Scalar(5_000_001)).to(ScalarType.Int);
      SafetensorsWriter.write(file, Map.of("a", large));
      try (MappedTensors read = MappedTensors.open(file)) {
        assertThat(read.get("a").equal(large)).isTrue();
      }
    }
  }

  @Test
  void scalarsAndEmptyTensorsAreWritten() {
    Path file = folder.resolve("a.safetensors");
    try (PointerScope scope = new PointerScope()) {
      SafetensorsWriter.write(
          file, Map.of("s", torch.ones(new long[0]), "e", torch.ones(0, 3)), Map.of());
    }
    SafetensorsHeader header = SafetensorsHeader.read(file);
    assertThat(header.entry("s").shape()).isEmpty();
    assertThat(header.entry("e").shape()).containsExactly(0L, 3L);
    assertThat(header.metadata()).isEmpty();
  }

  @Test
  void noTensorsAtAllGiveAValidFile() {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, Map.of(), Map.of("step", "1", "a", "\"\n"));
    assertThat(SafetensorsHeader.read(file).metadata()).containsEntry("a", "\"\n");
  }

  @Test
  void theOrderOfWritingDoesNotMatter() throws IOException {
    List<TensorSpec> specs =
        List.of(
            new TensorSpec("a", StoredType.F32, List.of(2L)),
            new TensorSpec("b", StoredType.F32, List.of(1L)));
    Path forwards = folder.resolve("forwards");
    Path backwards = folder.resolve("backwards");
    try (PointerScope scope = new PointerScope();
        SafetensorsWriter one = SafetensorsWriter.create(forwards, specs, Map.of());
        SafetensorsWriter two = SafetensorsWriter.create(backwards, specs, Map.of())) {
      Tensor a = HostTensors.ofFloats(new float[] {1, 2});
      Tensor b = HostTensors.ofFloats(new float[] {3});
      one.write("a", a);
      one.write("b", b);
      one.finish();
      two.write("b", b);
      assertThat(two.missing()).containsExactly("a");
      two.write("a", a);
      two.finish();
    }
    assertThat(backwards).hasSameBinaryContentAs(forwards);
  }

  @Test
  void whatWasNotAnnouncedIsRefused() throws IOException {
    Path file = folder.resolve("a");
    List<TensorSpec> specs = List.of(new TensorSpec("a", StoredType.F32, List.of(2L)));
    try (PointerScope scope = new PointerScope();
        SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of())) {
      assertThatThrownBy(() -> writer.write("b", torch.ones(2))).hasMessageContaining("b");
      assertThatThrownBy(() -> writer.write("a", torch.ones(3))).hasMessageContaining("shape=[3]");
      assertThatThrownBy(() -> writer.write("a", torch.ones(2).to(ScalarType.Half)))
          .hasMessageContaining("F16");
      assertThatThrownBy(writer::finish).hasMessageContaining("lacks a");
      writer.write("a", torch.ones(2));
      assertThatThrownBy(() -> writer.write("a", torch.ones(2))).hasMessageContaining("before");
    }
    assertThat(names()).as("unfinished").isEmpty();
  }

  @Test
  void oneNameForTwoTensorsIsRefused() throws IOException {
    TensorSpec spec = new TensorSpec("a", StoredType.F32, List.of(2L));
    assertThatThrownBy(
            () -> SafetensorsWriter.create(folder.resolve("a"), List.of(spec, spec), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(names()).isEmpty();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
