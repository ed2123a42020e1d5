package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cofitune.store.RawSafetensors.header;
import static org.cofitune.store.RawSafetensors.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsHeaderTest {
  @TempDir Path folder;

  @Test
  void entriesComeInTheOrderOfTheirBytesWithOffsetsFromTheStartOfTheFile() {
    String json =
        header(
            "\"__metadata__\":{\"format\":\"pt\"}",
            tensor("second", "BF16", "[2,3]", 8, 20),
            tensor("first", "F32", "[2]", 0, 8));
    SafetensorsHeader read = SafetensorsHeader.read(RawSafetensors.write(folder, json, 20));

    long data = 8L + json.length();
    assertThat(read.entries())
        .containsExactly(
            new TensorEntry("first", StoredType.F32, List.of(2L), data, data + 8),
            new TensorEntry("second", StoredType.BF16, List.of(2L, 3L), data + 8, data + 20));
    assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
    assertThat(read.fileBytes()).isEqualTo(data + 20);
    assertThat(read.dataBegin()).isEqualTo(data);
    assertThat(read.entry("second").elements()).isEqualTo(6);
  }

  @Test
  void aHeaderMayBePaddedWithSpaces() {
    String json = header(tensor("a", "U8", "[4]", 0, 4)) + "     ";
    assertThat(SafetensorsHeader.read(RawSafetensors.write(folder, json, 4)).names())
        .containsExactly("a");
  }

  @Test
  void scalarsAndEmptyTensorsArePartOfTheFormat() {
    String json =
        header(
            tensor("scalar", "I64", "[]", 0, 8),
            tensor("empty", "F32", "[0,7]", 8, 8),
            tensor("last", "BOOL", "[1]", 8, 9));
    SafetensorsHeader read = SafetensorsHeader.read(RawSafetensors.write(folder, json, 9));
    assertThat(read.entry("scalar").elements()).isEqualTo(1);
    assertThat(read.entry("empty").bytes()).isZero();
  }

  @Test
  void aFileWithoutTensorsIsValid() {
    assertThat(SafetensorsHeader.read(RawSafetensors.write(folder, "{}", 0)).entries()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(StoredType.class)
  void everySupportedTypeIsRead(StoredType type) {
    int bytes = 3 * type.byteSize();
    String json = header(tensor("a", type.name(), "[3]", 0, bytes));
    assertThat(SafetensorsHeader.read(RawSafetensors.write(folder, json, bytes)).entry("a").type())
        .isEqualTo(type);
  }

  @Test
  void aMissingFileIsNamed() {
    refused(folder.resolve("absent.safetensors"), "absent.safetensors", "no such file");
  }

  @Test
  void aMissingTensorIsNamedWithWhatIsThere() {
    SafetensorsHeader read =
        SafetensorsHeader.read(
            RawSafetensors.write(folder, header(tensor("a", "U8", "[1]", 0, 1)), 1));
    assertThatThrownBy(() -> read.entry("b"))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("expected \"b\", found a");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void fewerBytesThanALengthAreRefused(int bytes) {
    refused(
        RawSafetensors.bytes(folder.resolve("model.safetensors"), new byte[bytes]),
        "truncated",
        "expected at least 8 bytes, found " + bytes + " bytes");
  }

  @Test
  void aHeaderLongerThanTheBoundIsRefusedBeforeItIsAllocated() {
    refused(lengthOnly(100_000_001), "header too long", "at most 100000000", "found 100000001");
  }

  @Test
  void aNegativeHeaderLengthIsReadAsUnsignedAndRefused() {
    refused(lengthOnly(-1), "header too long", "found 18446744073709551615");
  }

  @Test
  void aHeaderLongerThanTheFileIsRefused() {
    refused(lengthOnly(99_999_999), "truncated", "a header of 99999999 bytes", "a file of 8");
  }

  private Path lengthOnly(long length) {
    return RawSafetensors.bytes(
        folder.resolve("model.safetensors"),
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " {}",
        "[]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":{",
        "{} {}",
        "{}x",
        "{'a':1}",
        "{\"a\":NaN}",
        "{/**/}",
        "{\"a\":{\"dtype\":\"U8\",}}"
      })
  void anythingButOneJsonObjectIsRefused(String json) {
    refused(RawSafetensors.write(folder, json, 0), "model.safetensors");
  }

  @Test
  void utf16IsNotGuessed() {
    byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
    byte[] file =
        ByteBuffer.allocate(8 + utf16.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(utf16.length)
            .put(utf16)
            .array();
    refused(RawSafetensors.bytes(folder.resolve("model.safetensors"), file), "not valid JSON");
  }

  @Test
  void malformedUtf8IsRefused() {
    byte[] file = {4, 0, 0, 0, 0, 0, 0, 0, '{', '"', (byte) 0xff, '"'};
    refused(RawSafetensors.bytes(folder.resolve("model.safetensors"), file), "not valid UTF-8");
  }

  @Test
  void aTensorNamedTwiceIsRefused() {
    String json = header(tensor("a", "U8", "[1]", 0, 1), tensor("a", "U8", "[1]", 1, 2));
    refused(RawSafetensors.write(folder, json, 2), "Duplicate", "'a'");
  }

  @Test
  void aKeyGivenTwiceIsRefused() {
    String json =
        "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    refused(RawSafetensors.write(folder, json, 1), "Duplicate", "dtype");
  }

  @Test
  void deepNestingIsRefused() {
    String json = "{\"a\":{\"shape\":" + "[".repeat(50_000) + "]".repeat(50_000) + "}}";
    refused(RawSafetensors.write(folder, json, 0), "\"a\"", "shape");
    String objects = "{\"a\":{\"x\":".repeat(50_000);
    refused(RawSafetensors.write(folder, objects, 0), "model.safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F8_E4M3", "F8_E5M2", "U16", "C64", "F4", "f32", "", "no such type"})
  void anUnsupportedTypeIsNamedWithItsTensor(String dtype) {
    refused(
        RawSafetensors.write(folder, header(tensor("w", dtype, "[1]", 0, 1)), 1),
        "tensor \"w\" has an unsupported dtype",
        "F64, F32, F16, BF16",
        "found \"" + dtype + "\"");
  }

  @Test
  void overlappingTensorsAreRefused() {
    String json = header(tensor("a", "U8", "[4]", 0, 4), tensor("b", "U8", "[4]", 2, 6));
    refused(RawSafetensors.write(folder, json, 6), "\"b\" overlaps", "begin at 4, found 2");
  }

  @Test
  void twoTensorsOnTheSameBytesAreRefused() {
    String json = header(tensor("a", "U8", "[4]", 0, 4), tensor("b", "U8", "[4]", 0, 4));
    refused(RawSafetensors.write(folder, json, 4), "\"b\" overlaps");
  }

  @Test
  void aHoleIsRefused() {
    String json = header(tensor("a", "U8", "[2]", 0, 2), tensor("b", "U8", "[2]", 4, 6));
    refused(RawSafetensors.write(folder, json, 6), "\"b\" leaves a hole", "at 2, found 4");
  }

  @Test
  void aHoleBeforeTheFirstTensorIsRefused() {
    String json = header(tensor("a", "U8", "[2]", 1, 3));
    refused(RawSafetensors.write(folder, json, 3), "\"a\" leaves a hole");
  }

  @Test
  void bytesBehindTheLastTensorAreRefused() {
    String json = header(tensor("a", "U8", "[2]", 0, 2));
    refused(RawSafetensors.write(folder, json, 3), "bytes behind its tensors");
  }

  @Test
  void aTruncatedFileIsRefusedNamingTheTensor() {
    String json = header(tensor("a", "U8", "[2]", 0, 2), tensor("b", "F32", "[2]", 2, 10));
    refused(RawSafetensors.write(folder, json, 9), "\"b\" reaches behind the end", "found 9");
  }

  @Test
  void aSizeThatContradictsTheShapeIsRefused() {
    refused(
        RawSafetensors.write(folder, header(tensor("a", "F32", "[2,3]", 0, 20)), 20),
        "\"a\" has a size that contradicts its shape",
        "expected 24 bytes for F32 [2, 3], found 20 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[9223372036854775807,2]",
        "[4294967296,4294967296]",
        "[4611686018427387904]",
        "[4294967296,4294967296,0]"
      })
  void aShapeWhoseProductOverflowsIsRefused(String shape) {
    refused(
        RawSafetensors.write(folder, header(tensor("a", "F32", shape, 0, 0)), 0),
        "\"a\" has an impossible shape");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[-1]",
        "[1.0]",
        "[1e2]",
        "[\"1\"]",
        "[null]",
        "[[1]]",
        "7",
        "{}",
        "[9223372036854775808]",
        "[true]"
      })
  void aShapeOfAnythingButCountsIsRefused(String shape) {
    refused(
        RawSafetensors.write(folder, header(tensor("a", "U8", shape, 0, 1)), 1),
        "tensor \"a\" has a malformed shape");
  }

  @Test
  void moreDimensionsThanAnyTensorHasAreRefused() {
    String shape = "[1" + ",1".repeat(64) + "]";
    refused(
        RawSafetensors.write(folder, header(tensor("a", "U8", shape, 0, 1)), 1),
        "\"a\" has a malformed shape",
        "at most 64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[0]", "[0,1,1]", "[1,0]", "[-1,0]", "[0,18446744073709551615]"})
  void offsetsThatAreNoRangeAreRefused(String offsets) {
    String json = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":" + offsets + "}}";
    refused(RawSafetensors.write(folder, json, 1), "\"a\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dtype", "shape", "data_offsets"})
  void aMissingKeyIsNamed(String key) {
    String json =
        header(tensor("a", "U8", "[1]", 0, 1))
            .replaceFirst("\"" + key + "\":(\"U8\"|\\[[^]]*]),?", "")
            .replace(",}", "}");
    refused(RawSafetensors.write(folder, json, 1), "\"a\" is incomplete", "found no " + key);
  }

  @Test
  void anUnknownKeyIsNamed() {
    String json = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"strides\":[1]}}";
    refused(RawSafetensors.write(folder, json, 1), "\"a\" has an unknown key", "\"strides\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "{\"k\":1}", "{\"k\":{}}", "null"})
  void metadataOfAnythingButTextIsRefused(String metadata) {
    refused(RawSafetensors.write(folder, "{\"__metadata__\":" + metadata + "}", 0), "__metadata__");
  }

  @Test
  void moreTensorsThanTheBoundAreRefused() {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i <= SafetensorsHeader.MAX_TENSORS; i++) {
      json.append(i == 0 ? "" : ",").append(tensor(Integer.toString(i), "U8", "[0]", 0, 0));
    }
    refused(RawSafetensors.write(folder, json.append('}').toString(), 0), "more than 500000");
  }

  @Test
  void controlCharactersInNamesDoNotReachTheMessage() {
    String json = header(tensor("a\\u001b[31m\\nb", "X", "[1]", 0, 1));
    assertThatThrownBy(() -> SafetensorsHeader.read(RawSafetensors.write(folder, json, 1)))
        .message()
        .doesNotContain("\u001b")
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tinystories-656k", "zh-poem-750k", "stories260K", "stories3M"})
  void realModelsAreRead(String model) {
    Path file = Shared.of("fixtures/models/" + model + "/model.safetensors");
    assertThat(SafetensorsHeader.read(file).names()).contains("model.norm.weight");
  }

  private static void refused(Path file, String... parts) {
    assertThatThrownBy(() -> SafetensorsHeader.read(file))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(parts);
  }
}
