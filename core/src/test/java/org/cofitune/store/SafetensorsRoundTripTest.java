package org.cofitune.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.cofitune.error.CofituneException;

class SafetensorsRoundTripTest {
  @Property(tries = 200)
  void headersComeBackAsTheyWereWritten(
      @ForAll("tensors") List<TensorSpec> specs, @ForAll("metadata") Map<String, String> metadata)
      throws IOException {
    Path file = Files.createTempFile("round-trip", ".safetensors");
    try {
      Files.write(file, bytes(specs, metadata));
      SafetensorsHeader read = SafetensorsHeader.read(file);
      assertThat(read.entries().stream().map(TensorEntry::spec))
          .containsExactlyInAnyOrderElementsOf(specs);
      assertThat(read.metadata()).isEqualTo(metadata);
      assertThat(read.dataBegin() % 8).isZero();
    } finally {
      Files.delete(file);
    }
  }

  @Property(tries = 500)
  void aFileWithOneByteChangedIsReadOrRefusedWithItsName(
      @ForAll("tensors") List<TensorSpec> specs, @ForAll int where, @ForAll byte value)
      throws IOException {
    Path file = Files.createTempFile("changed", ".safetensors");
    try {
      byte[] bytes = bytes(specs, Map.of("format", "pt"));
      bytes[Math.floorMod(where, bytes.length)] = value;
      Files.write(file, bytes);
      SafetensorsHeader.read(file);
    } catch (CofituneException e) {
      assertThat(e).hasMessageContaining(file.toString());
    } finally {
      Files.delete(file);
    }
  }

  @Property(tries = 300)
  void aFileCutAnywhereIsRefused(@ForAll("tensors") List<TensorSpec> specs, @ForAll int where)
      throws IOException {
    Path file = Files.createTempFile("cut", ".safetensors");
    try {
      byte[] bytes = bytes(specs, Map.of());
      Files.write(file, Arrays.copyOf(bytes, Math.floorMod(where, bytes.length)));
      SafetensorsHeader.read(file);
      assertThat(file).as("read although it was cut").doesNotExist();
    } catch (CofituneException e) {
      assertThat(e).hasMessageContaining(file.toString());
    } finally {
      Files.delete(file);
    }
  }

  private static byte[] bytes(List<TensorSpec> specs, Map<String, String> metadata)
      throws IOException {
    List<TensorEntry> entries = new ArrayList<>();
    long end = 0;
    for (TensorSpec spec : specs) {
      long begin = end;
      end += spec.bytes();
      entries.add(new TensorEntry(spec.name(), spec.type(), spec.shape(), begin, end));
    }
    ByteBuffer header = HeaderBytes.of(entries, metadata);
    byte[] bytes = new byte[(int) (header.remaining() + end)];
    header.get(bytes, 0, header.remaining());
    return bytes;
  }

  @Provide
  Arbitrary<List<TensorSpec>> tensors() {
    Arbitrary<String> names =
        Arbitraries.strings().ofMaxLength(12).filter(SafetensorsRoundTripTest::isWritable);
    Arbitrary<StoredType> types = Arbitraries.of(StoredType.class);
    Arbitrary<List<Long>> shapes = Arbitraries.longs().between(0, 5).list().ofMaxSize(4);
    return Combinators.combine(names, types, shapes)
        .as(TensorSpec::new)
        .list()
        .ofMaxSize(8)
        .uniqueElements(TensorSpec::name);
  }

  @Provide
  Arbitrary<Map<String, String>> metadata() {
    Arbitrary<String> texts =
        Arbitraries.strings().ofMaxLength(10).filter(SafetensorsRoundTripTest::isWritable);
    return Arbitraries.maps(texts, texts).ofMaxSize(3);
  }

  /** Half of a surrogate pair is no text and cannot be written as UTF-8. */
  private static boolean isWritable(String text) {
    return text.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff);
  }
}
