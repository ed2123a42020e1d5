package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cofitune.store.RawSafetensors.header;
import static org.cofitune.store.RawSafetensors.tensor;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.cofitune.error.CofituneException;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MappedTensorsTest {
  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start(EngineOptions.defaults());
  }

  @Test
  void valuesComeInTheirStoredTypeAndShape() {
    ByteBuffer data = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1.5f).putFloat(-2f);
    for (int bfloat : new int[] {0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0xc0c0}) {
      data.putShort((short) bfloat);
    }
    Path file =
        write(header(tensor("f", "F32", "[2]", 0, 8), tensor("b", "BF16", "[2,3]", 8, 20)), data);
    try (MappedTensors mapped = MappedTensors.open(file);
        PointerScope scope = new PointerScope()) {
      Tensor f = mapped.get("f");
      assertThat(f.scalar_type().intern()).isEqualTo(ScalarType.Float);
      assertThat(f.sizes().vec().get()).containsExactly(2);
      assertThat(HostTensors.toFloats(f)).containsExactly(1.5f, -2f);
      Tensor b = mapped.get("b");
      assertThat(b.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
      assertThat(b.sizes().vec().get()).containsExactly(2, 3);
      assertThat(HostTensors.toFloats(b)).containsExactly(1f, 2f, 3f, 4f, 5f, -6f);
    }
  }

  @ParameterizedTest
  @EnumSource(StoredType.class)
  void everyTypeIsMapped(StoredType type) {
    int bytes = 4 * type.byteSize();
    Path file =
        write(header(tensor("a", type.name(), "[4]", 0, bytes)), ByteBuffer.wrap(new byte[bytes]));
    try (MappedTensors mapped = MappedTensors.open(file);
        Tensor tensor = mapped.get("a")) {
      assertThat(tensor.scalar_type().intern()).isEqualTo(ScalarTypes.of(type));
      assertThat(ScalarTypes.stored(tensor.scalar_type())).contains(type);
      assertThat(tensor.nbytes()).isEqualTo(bytes);
    }
  }

  @Test
  void scalarsAndEmptyTensorsHaveTheirShape() {
    String json =
        aligned(header(tensor("e", "F64", "[0,3]", 0, 0), tensor("s", "F32", "[]", 0, 4)));
    try (MappedTensors mapped = MappedTensors.open(write(json, floatBytes(7f)));
        PointerScope scope = new PointerScope()) {
      assertThat(mapped.get("s").dim()).isZero();
      assertThat(mapped.get("s").item_float()).isEqualTo(7f);
      assertThat(mapped.get("e").sizes().vec().get()).containsExactly(0, 3);
    }
  }

  @Test
  void alignedTensorsShareTheMappedPages() {
    Path file = write(aligned(header(tensor("a", "F32", "[2]", 0, 8))), floatBytes(1f, 2f));
    try (MappedTensors mapped = MappedTensors.open(file);
        Tensor once = mapped.get("a");
        Tensor again = mapped.get("a")) {
      assertThat(once.data_ptr().address()).isEqualTo(again.data_ptr().address());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7})
  void tensorsAtOffsetsThatTheirTypeCannotBeAddressedAtAreCopied(int shift) {
    String json =
        aligned(
            header(
                tensor("pad", "U8", "[" + shift + "]", 0, shift),
                tensor("a", "F64", "[2]", shift, shift + 16)));
    ByteBuffer data = ByteBuffer.allocate(shift + 16).order(ByteOrder.LITTLE_ENDIAN);
    data.position(shift).putDouble(0.1).putDouble(-3);
    try (MappedTensors mapped = MappedTensors.open(write(json, data.rewind()));
        Tensor a = mapped.get("a")) {
      assertThat(a.data_ptr_double().get(0)).isEqualTo(0.1);
      assertThat(a.data_ptr_double().get(1)).isEqualTo(-3);
      assertThat(a.data_ptr().address() % 8).isZero();
    }
  }

  @Test
  void writingIntoATensorLeavesTheFileAlone() throws IOException {
    Path file = write(aligned(header(tensor("a", "F32", "[2]", 0, 8))), floatBytes(1f, 2f));
    byte[] before = Files.readAllBytes(file);
    try (MappedTensors mapped = MappedTensors.open(file);
        PointerScope scope = new PointerScope()) {
      Tensor a = mapped.get("a");
      a.add_(new Scalar(10f));
      assertThat(HostTensors.toFloats(a)).containsExactly(11f, 12f);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void tensorsOutliveTheFileTheyCameFrom() {
    Path file = write(aligned(header(tensor("a", "F32", "[2]", 0, 8))), floatBytes(1f, 2f));
    Tensor a;
    try (MappedTensors mapped = MappedTensors.open(file)) {
      a = mapped.get("a");
    }
    assertThat(HostTensors.toFloats(a)).containsExactly(1f, 2f);
    a.close();
  }

  @Test
  void theMappingOutlivesTheScopeItWasOpenedIn() {
    Path file = write(aligned(header(tensor("a", "F32", "[2]", 0, 8))), floatBytes(1f, 2f));
    MappedTensors mapped;
    try (PointerScope scope = new PointerScope()) {
      mapped = MappedTensors.open(file);
    }
    try (mapped;
        Tensor a = mapped.get("a")) {
      assertThat(HostTensors.toFloats(a)).containsExactly(1f, 2f);
    }
  }

  @Test
  void theFileIsUnmappedWithTheLastTensor() throws IOException {
    Path file = write(aligned(header(tensor("a", "F32", "[2]", 0, 8))), floatBytes(1f, 2f));
    MappedTensors mapped = MappedTensors.open(file);
    Tensor a = mapped.get("a");
    assertThat(isMapped(file)).isTrue();
    mapped.close();
    assertThat(isMapped(file)).isTrue();
    a.close();
    assertThat(isMapped(file)).isFalse();
  }

  @Test
  void nothingIsReadFromAClosedFile() {
    MappedTensors mapped =
        MappedTensors.open(write(header(tensor("a", "U8", "[1]", 0, 1)), ByteBuffer.allocate(1)));
    mapped.close();
    mapped.close();
    assertThatThrownBy(() -> mapped.get("a")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFileThatShrankSinceItsHeaderWasReadIsRefused() throws IOException {
    Path file = write(header(tensor("a", "U8", "[9]", 0, 9)), ByteBuffer.allocate(9));
    SafetensorsHeader header = SafetensorsHeader.read(file);
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.setLength(raw.length() - 1);
    }
    assertThatThrownBy(() -> MappedTensors.open(header))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("file changed");
  }

  @Test
  void tensorsBeyondTwoGibibytesAreMapped() throws IOException {
    long far = (1L << 32) + 8;
    String json =
        aligned(
            header(
                tensor("near", "U8", "[" + far + "]", 0, far),
                tensor("far", "F32", "[2]", far, far + 8)));
    Path file = write(json, ByteBuffer.allocate(0));
    long dataBegin = Files.size(file);
    // A sparse file: five blocks on disk, whatever its length.
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.position(dataBegin + far).write(floatBytes(3f, 4f));
    }
    try (MappedTensors mapped = MappedTensors.open(file);
        PointerScope scope = new PointerScope()) {
      assertThat(HostTensors.toFloats(mapped.get("far"))).containsExactly(3f, 4f);
      assertThat(mapped.get("near").numel()).isEqualTo(far);
    }
  }

  @Test
  void namesBeyondAsciiAreOpened() throws IOException {
    Path file = write(header(tensor("a", "U8", "[1]", 0, 1)), ByteBuffer.wrap(new byte[] {9}));
    Path renamed = Files.move(file, folder.resolve("модель-模型.safetensors"));
    try (MappedTensors mapped = MappedTensors.open(renamed);
        Tensor a = mapped.get("a")) {
      assertThat(a.item_byte()).isEqualTo((byte) 9);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tinystories-656k", "zh-poem-750k", "stories260K", "stories3M"})
  void everyTensorOfRealModelsIsFinite(String model) {
    assertFinite(Shared.of("fixtures/models/" + model + "/model.safetensors"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a_mha/model",
        "a_mha/inputs",
        "a_mha/expected_f64",
        "b_llama3_gqa/model",
        "b_llama3_gqa/model_bf16",
        "b_llama3_gqa/inputs",
        "b_llama3_gqa/expected_f64",
        "c_qwen2/model",
        "c_qwen2/expected_f64",
        "f_mistral_swa/model",
        "f_mistral_swa/expected_f64"
      })
  void everyGoldenTensorIsFinite(String name) {
    assertFinite(Shared.of("golden/" + name + ".safetensors"));
  }

  private static void assertFinite(Path file) {
    try (MappedTensors mapped = MappedTensors.open(file)) {
      for (TensorEntry entry : mapped.header().entries()) {
        try (PointerScope scope = new PointerScope()) {
          Tensor tensor = mapped.get(entry.name());
          assertThat(tensor.sizes().vec().get()).isEqualTo(entry.sizes());
          assertThat(torch.isfinite(tensor).all().item_bool()).as(entry.name()).isTrue();
        }
      }
    }
  }

  private static boolean isMapped(Path file) throws IOException {
    Path maps = Path.of("/proc/self/maps");
    assumeTrue(Files.exists(maps));
    return Files.readString(maps).contains(file.toRealPath().toString());
  }

  /** Pads the header as writers do, so that the data begins at a multiple of eight. */
  private static String aligned(String json) {
    return json + " ".repeat((8 - json.length() % 8) % 8);
  }

  private static ByteBuffer floatBytes(float... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putFloat(value);
    }
    return data.rewind();
  }

  private Path write(String json, ByteBuffer data) {
    byte[] bytes = new byte[data.rewind().remaining()];
    data.get(bytes);
    return RawSafetensors.write(folder.resolve("model.safetensors"), json, bytes);
  }
}
