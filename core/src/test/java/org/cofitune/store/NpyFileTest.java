package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFileTest {
  private static final String DICTIONARY =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"1, 118", "2, 116", "3, 116"})
  void filesOfNumpyAreRead(int version, int headerBytes) throws IOException {
    Path file = write(version, DICTIONARY, headerBytes, floats(1.5f, -2, 0, 3, 4, 1e-3f));
    assertThat(Files.size(file)).as("as long as numpy's").isEqualTo(152);
    assertThat(NpyFile.readFloats(file))
        .isEqualTo(FloatArray.of(new float[] {1.5f, -2, 0, 3, 4, 1e-3f}, 2, 3));
    assertThat(NpyFile.readDoubles(file).values()[5]).isEqualTo((double) 1e-3f);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<f4\"}",
        "{'descr':'<f4','fortran_order':False,'shape':(2,3,)}\n",
        "  { 'descr' : '<f4' , 'shape' : ( 2 , 3 ) , 'fortran_order' : False , }  "
      })
  void headersThatMeanTheSameAreRead(String dictionary) throws IOException {
    Path file = write(1, dictionary, dictionary.length(), floats(1, 2, 3, 4, 5, 6));
    assertThat(NpyFile.readFloats(file).shape()).containsExactly(2, 3);
  }

  @Test
  void writtenBytesAreThoseOfNumpy() throws IOException {
    Path numpy = write(1, DICTIONARY, 118, floats(1.5f, -2, 0, 3, 4, 1e-3f));
    Path ours = folder.resolve("ours.npy");
    NpyFile.write(ours, FloatArray.of(new float[] {1.5f, -2, 0, 3, 4, 1e-3f}, 2, 3));
    assertThat(ours).hasSameBinaryContentAs(numpy);
  }

  @Test
  void vectorsScalarsAndEmptyArraysHaveNumpysShapes() throws IOException {
    Path file = folder.resolve("a.npy");
    NpyFile.write(file, new DoubleArray(new double[] {0.1, -3}, List.of(2)));
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .contains("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }");
    assertThat(NpyFile.readDoubles(file).values()).containsExactly(0.1, -3);

    NpyFile.write(file, new FloatArray(new float[] {7}, List.of()));
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("'shape': (), }");
    assertThat(NpyFile.readFloats(file)).isEqualTo(new FloatArray(new float[] {7}, List.of()));

    NpyFile.write(file, FloatArray.of(new float[0], 0, 3));
    assertThat(NpyFile.readFloats(file).shape()).containsExactly(0, 3);
  }

  @Property(tries = 100)
  void everyBitComesBack(@ForAll float[] values, @ForAll double[] wide) throws IOException {
    Path file = Files.createTempFile("array", ".npy");
    try {
      NpyFile.write(file, FloatArray.of(values, values.length));
      assertThat(NpyFile.readFloats(file)).isEqualTo(FloatArray.of(values, values.length));
      NpyFile.write(file, DoubleArray.of(wide, wide.length));
      assertThat(NpyFile.readDoubles(file)).isEqualTo(DoubleArray.of(wide, wide.length));
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void arraysLargerThanOneChunkComeBack() {
    float[] values = new float[100_003];
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
      wide[i] = i;
    }
    Path file = folder.resolve("a.npy");
    NpyFile.write(file, FloatArray.of(values, values.length));
    assertThat(NpyFile.readFloats(file).values()).isEqualTo(values);
    assertThat(NpyFile.readDoubles(file).values()).isEqualTo(wide);
    NpyFile.write(file, DoubleArray.of(wide, wide.length));
    assertThat(NpyFile.readDoubles(file).values()).isEqualTo(wide);
  }

  @Test
  void valuesMustFillTheShape() {
    assertThatThrownBy(() -> FloatArray.of(new float[5], 2, 3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DoubleArray.of(new double[6], -2, -3))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void doublesAreNotRoundedInSilence() {
    Path file = folder.resolve("a.npy");
    NpyFile.write(file, DoubleArray.of(new double[] {0.1}, 1));
    refused(file, "unsupported type: expected <f4, found \"<f8\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {">f4", "|O", "<f2", "<i4", "<c8", "|b1", "f4"})
  void otherTypesAreRefusedByName(String type) throws IOException {
    refused(dictionary(DICTIONARY.replace("<f4", type)), "unsupported type", "\"" + type + "\"");
  }

  @Test
  void structuredTypesAreRefused() throws IOException {
    refused(dictionary(DICTIONARY.replace("'<f4'", "[('a', '<f4')]")), "malformed npy header");
  }

  @Test
  void fortranOrderIsRefused() throws IOException {
    refused(dictionary(DICTIONARY.replace("False", "True")), "unsupported order");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "[]",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': '1'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} 1",
        "{'descr': '<f4', 'fortran_order': false, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3]}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3",
        "{'descr': '<f4\\x00', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (6,)}"
      })
  void anythingButTheThreeKeysIsRefused(String dictionary) throws IOException {
    refused(dictionary(dictionary), "malformed npy header");
  }

  @Test
  void moreDimensionsThanAnyArrayHasAreRefused() throws IOException {
    refused(dictionary(DICTIONARY.replace("(2, 3)", "(" + "1,".repeat(65) + ")")), "at most 64");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(2147483647, 2147483647)",
        "(2147483647,)",
        "(65536, 65536)",
        "(65536, 65536, 65536, 65536)",
        "(2, 4)",
        "(2, 2)",
        "(0,)",
        "()"
      })
  void aShapeThatTheFileDoesNotFillIsRefusedBeforeItIsAllocated(String shape) throws IOException {
    refused(dictionary(DICTIONARY.replace("(2, 3)", shape)), "a.npy: ");
  }

  @Test
  void otherFilesAndVersionsAreRefused() throws IOException {
    refused(Files.write(folder.resolve("a.npy"), new byte[0]), "truncated npy file");
    refused(Files.write(folder.resolve("a.npy"), new byte[9]), "truncated npy file");
    refused(Files.write(folder.resolve("a.npy"), new byte[99]), "not an npy file");
    refused(write(4, DICTIONARY, 116, floats()), "unknown version", "found 4.0");
    refused(write(0, DICTIONARY, 116, floats()), "unknown version", "found 0.0");
    refused(folder.resolve("absent.npy"), "no such file");
  }

  @Test
  void aHeaderLongerThanTheBoundIsRefused() throws IOException {
    refused(write(2, DICTIONARY, 20_000, floats()), "header too long", "at most 10000");
    byte[] huge = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1};
    refused(Files.write(folder.resolve("a.npy"), huge), "header too long", "found 4294967295");
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(dictionary(DICTIONARY));
    Path file = folder.resolve("cut.npy");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      refused(file, "cut.npy: ");
    }
  }

  private static void refused(Path file, String... parts) {
    assertThatThrownBy(() -> NpyFile.readFloats(file))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(parts);
  }

  /** 2^64 values take no bytes, to whoever counts them in 64 bits. */
  @Test
  void aShapeThatOverflowsIsRefused() throws IOException {
    String shape = DICTIONARY.replace("(2, 3)", "(65536, 65536, 65536, 65536)");
    refused(write(1, shape, shape.length(), new byte[0]), "array too large");
  }

  /** A file of six floats with that dictionary. */
  private Path dictionary(String dictionary) throws IOException {
    return write(1, dictionary, dictionary.length(), floats(1, 2, 3, 4, 5, 6));
  }

  private Path write(int version, String dictionary, int headerBytes, byte[] values)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    out.write(headerBytes & 0xff);
    out.write(headerBytes >> 8 & 0xff);
    if (version > 1) {
      out.write(new byte[2]);
    }
    String padded = dictionary + " ".repeat(headerBytes - dictionary.length());
    if (headerBytes > dictionary.length()) {
      padded = padded.substring(0, headerBytes - 1) + "\n";
    }
    out.write(padded.getBytes(StandardCharsets.ISO_8859_1));
    out.write(values);
    return Files.write(folder.resolve("a.npy"), out.toByteArray());
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }
}
