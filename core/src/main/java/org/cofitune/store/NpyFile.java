package org.cofitune.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Arrays as {@code numpy.save} writes them: versions 1, 2 and 3 of the npy format, float32 or
 * float64, little-endian, in C order. Object arrays are pickles and never read.
 *
 * <pre>{@code
 * NpyFile.write(file, FloatArray.of(values, layers, heads));
 * FloatArray importance = NpyFile.readFloats(file);
 * }</pre>
 */
public final class NpyFile {
  /** The longest header accepted, in bytes; numpy's own bound. */
  public static final int MAX_HEADER_BYTES = 10_000;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int VERSION_1_PREFIX = MAGIC.length + 2 + Short.BYTES;
  private static final int VERSION_2_PREFIX = MAGIC.length + 2 + Integer.BYTES;
  private static final int ALIGNMENT = 64;
  private static final int CHUNK_BYTES = 1 << 16;
  private static final int MAX_VALUES = Integer.MAX_VALUE - 8; // what a Java array can hold
  private static final String FLOAT32 = "<f4";
  private static final String FLOAT64 = "<f8";

  private NpyFile() {}

  /**
   * Reads an array of float32.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if the file is absent, of another type or
   *     order, or does not have exactly the bytes of its shape
   */
  public static FloatArray readFloats(Path file) {
    return read(
        file,
        List.of(FLOAT32),
        (channel, header) -> {
          float[] values = new float[elements(header)];
          int[] at = {0};
          readAll(
              file,
              channel,
              (long) values.length * Float.BYTES,
              chunk -> {
                int count = chunk.remaining() / Float.BYTES;
                chunk.asFloatBuffer().get(values, at[0], count);
                at[0] += count;
              });
          return new FloatArray(values, header.shape());
        });
  }

  /**
   * Reads an array of float64, or of float32 and widens it.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) as {@link #readFloats}
   */
  public static DoubleArray readDoubles(Path file) {
    return read(
        file,
        List.of(FLOAT64, FLOAT32),
        (channel, header) -> {
          double[] values = new double[elements(header)];
          boolean wide = header.descr().equals(FLOAT64);
          int[] at = {0};
          readAll(
              file,
              channel,
              (long) values.length * itemBytes(header),
              chunk -> {
                while (chunk.hasRemaining()) {
                  values[at[0]++] = wide ? chunk.getDouble() : chunk.getFloat();
                }
              });
          return new DoubleArray(values, header.shape());
        });
  }

  /** Writes or replaces a file, complete or not at all. */
  public static void write(Path file, FloatArray array) {
    write(
        file,
        new NpyHeader(FLOAT32, false, array.shape()),
        array.values().length,
        (chunk, i) -> chunk.putFloat(array.values()[i]));
  }

  /** Writes or replaces a file, complete or not at all. */
  public static void write(Path file, DoubleArray array) {
    write(
        file,
        new NpyHeader(FLOAT64, false, array.shape()),
        array.values().length,
        (chunk, i) -> chunk.putDouble(array.values()[i]));
  }

  private interface Body<T> {
    T read(FileChannel channel, NpyHeader header) throws IOException;
  }

  private interface ChunkReader {
    void read(ByteBuffer chunk);
  }

  private interface ItemWriter {
    void put(ByteBuffer chunk, int index);
  }

  private static <T> T read(Path file, List<String> types, Body<T> body) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      NpyHeader header = NpyHeader.parse(file, headerText(file, channel));
      if (!types.contains(header.descr())) {
        throw refused(
            file, "unsupported type", String.join(" or ", types), Excerpt.quoted(header.descr()));
      }
      if (header.fortranOrder()) {
        throw refused(file, "unsupported order", "fortran_order False", "True");
      }
      long expected = bytes(file, header);
      long found = channel.size() - channel.position();
      if (expected != found) {
        throw refused(
            file,
            "length contradicts the shape " + header.shape(),
            expected + " bytes of values",
            Long.toString(found));
      }
      return body.read(channel, header);
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
  }

  private static String headerText(Path file, FileChannel channel) throws IOException {
    ByteBuffer prefix = readFully(file, channel, VERSION_1_PREFIX);
    byte[] magic = new byte[MAGIC.length];
    prefix.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw refused(file, "not an npy file", "the bytes \\x93NUMPY", "others");
    }
    int version = prefix.get();
    int minor = prefix.get();
    if (version < 1 || version > 3 || minor != 0) {
      throw refused(file, "unknown version", "1.0, 2.0 or 3.0", version + "." + minor);
    }
    long length = Short.toUnsignedLong(prefix.getShort());
    if (version > 1) {
      int more = VERSION_2_PREFIX - VERSION_1_PREFIX;
      long high = Short.toUnsignedLong(readFully(file, channel, more).getShort());
      length |= high << Short.SIZE;
    }
    if (length > MAX_HEADER_BYTES) {
      throw refused(file, "header too long", "at most " + MAX_HEADER_BYTES + " bytes", length + "");
    }
    byte[] text = readFully(file, channel, (int) length).array();
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static ByteBuffer readFully(Path file, FileChannel channel, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw refused(file, "truncated npy file", bytes + " more bytes", buffer.position() + "");
      }
    }
    return buffer.flip();
  }

  private static void readAll(Path file, FileChannel channel, long bytes, ChunkReader reader)
      throws IOException {
    for (long left = bytes; left > 0; left -= CHUNK_BYTES) {
      reader.read(readFully(file, channel, (int) Math.min(CHUNK_BYTES, left)));
    }
  }

  private static int itemBytes(NpyHeader header) {
    return header.descr().equals(FLOAT64) ? Double.BYTES : Float.BYTES;
  }

  /** Bytes that the values take, known to fit into a Java array. */
  private static long bytes(Path file, NpyHeader header) {
    long elements = 1;
    for (int size : header.shape()) {
      if (size != 0 && elements > MAX_VALUES / size) {
        throw refused(file, "array too large", "fewer than 2^31 values", header.shape() + "");
      }
      elements *= size;
    }
    return elements * itemBytes(header);
  }

  private static int elements(NpyHeader header) {
    return header.shape().stream().reduce(1, Math::multiplyExact);
  }

  private static void write(Path file, NpyHeader header, int count, ItemWriter item) {
    byte[] head = headBytes(header);
    int itemsPerChunk = CHUNK_BYTES / itemBytes(header);
    AtomicFile.write(
        file,
        out -> {
          out.write(head);
          ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
          for (int begin = 0; begin < count; begin += itemsPerChunk) {
            chunk.clear();
            int end = (int) Math.min((long) begin + itemsPerChunk, count);
            for (int i = begin; i < end; i++) {
              item.put(chunk, i);
            }
            out.write(chunk.array(), 0, chunk.position());
          }
        });
  }

  /** Version 1, padded with spaces and a line end so that the values are aligned. */
  private static byte[] headBytes(NpyHeader header) {
    byte[] text = header.text().getBytes(StandardCharsets.ISO_8859_1);
    int total = (VERSION_1_PREFIX + text.length + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] head = new byte[total];
    Arrays.fill(head, (byte) ' ');
    ByteBuffer.wrap(head)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) (total - VERSION_1_PREFIX))
        .put(text);
    head[total - 1] = '\n';
    return head;
  }

  private static CofituneException refused(Path file, String what, String expected, String found) {
    return CofituneException.of(ErrorKind.FORMAT, what)
        .at(file)
        .expected(expected)
        .found(found)
        .next("write the file with numpy.save(file, numpy.ascontiguousarray(array, '<f4'))")
        .build();
  }
}
