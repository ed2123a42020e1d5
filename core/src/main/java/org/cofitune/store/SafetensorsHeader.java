package org.cofitune.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * The header of a safetensors file: which tensors lie where. Reading it touches no native code and
 * allocates nothing that the file's real size does not justify.
 *
 * <p>Format: eight bytes with the header's length (unsigned, little-endian), the header as a JSON
 * object, the tensors' bytes. Every byte behind the header belongs to exactly one tensor.
 *
 * <pre>{@code
 * SafetensorsHeader header = SafetensorsHeader.read(Path.of("model.safetensors"));
 * TensorEntry norm = header.entry("model.norm.weight");
 * }</pre>
 */
public final class SafetensorsHeader {
  /** The longest header accepted, in bytes; the bound of the reference implementation. */
  public static final long MAX_HEADER_BYTES = 100_000_000;

  /**
   * The most tensors accepted in one file; the largest published checkpoints have under 100,000.
   */
  public static final int MAX_TENSORS = 500_000;

  /** The most dimensions a tensor may have. */
  public static final int MAX_DIMENSIONS = 64;

  static final int LENGTH_BYTES = 8;

  private final Path file;
  private final long fileBytes;
  private final long dataBegin;
  private final Map<String, TensorEntry> entries;
  private final Map<String, String> metadata;

  private SafetensorsHeader(
      Path file,
      long fileBytes,
      long dataBegin,
      List<TensorEntry> inFileOrder,
      Map<String, String> metadata) {
    this.file = file;
    this.fileBytes = fileBytes;
    this.dataBegin = dataBegin;
    Map<String, TensorEntry> byName = new LinkedHashMap<>();
    inFileOrder.forEach(entry -> byName.put(entry.name(), entry));
    this.entries = Collections.unmodifiableMap(byName);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Reads and checks a header.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) naming file and tensor if the file is
   *     absent, truncated, not safetensors, or contradicts itself in any way
   */
  public static SafetensorsHeader read(Path file) {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      return read(file, channel);
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
  }

  private static SafetensorsHeader read(Path file, SeekableByteChannel channel) throws IOException {
    long fileBytes = channel.size();
    if (fileBytes < LENGTH_BYTES) {
      throw truncated(file, "at least " + LENGTH_BYTES + " bytes", fileBytes + " bytes");
    }
    long length = readFully(file, channel, LENGTH_BYTES).getLong();
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw CofituneException.of(ErrorKind.FORMAT, "not a safetensors file, header too long")
          .at(file)
          .expected("at most " + MAX_HEADER_BYTES + " bytes")
          .found(Long.toUnsignedString(length))
          .next("check that this is a safetensors file and download it again")
          .build();
    }
    long dataBegin = LENGTH_BYTES + length;
    if (dataBegin > fileBytes) {
      throw truncated(file, "a header of " + length + " bytes", "a file of " + fileBytes);
    }
    HeaderJson json = HeaderJson.parse(file, readFully(file, channel, (int) length).array());
    List<TensorEntry> inFileOrder =
        HeaderLayout.place(file, json.tensors(), dataBegin, fileBytes - dataBegin);
    return new SafetensorsHeader(file, fileBytes, dataBegin, inFileOrder, json.metadata());
  }

  private static ByteBuffer readFully(Path file, SeekableByteChannel channel, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw truncated(file, bytes + " bytes", buffer.position() + " bytes");
      }
    }
    return buffer.flip();
  }

  private static CofituneException truncated(Path file, String expected, String found) {
    return CofituneException.of(ErrorKind.FORMAT, "truncated safetensors file")
        .at(file)
        .expected(expected)
        .found(found)
        .next("download or write the file again")
        .build();
  }

  /** The file that was read. */
  public Path file() {
    return file;
  }

  /** Length of the whole file in bytes. */
  public long fileBytes() {
    return fileBytes;
  }

  /** Where the tensors' bytes begin, counted from the start of the file. */
  public long dataBegin() {
    return dataBegin;
  }

  /** The tensors in the order in which their bytes lie in the file. */
  public List<TensorEntry> entries() {
    return List.copyOf(entries.values());
  }

  /** The tensors' names, in file order. */
  public Set<String> names() {
    return entries.keySet();
  }

  /** The tensor of that name, if the file has it. */
  public Optional<TensorEntry> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /**
   * The tensor of that name.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if the file does not have it
   */
  public TensorEntry entry(String name) {
    return find(name)
        .orElseThrow(
            () ->
                CofituneException.of(ErrorKind.FORMAT, "tensor is missing")
                    .at(file)
                    .expected(Excerpt.quoted(name))
                    .found(Excerpt.list(names()))
                    .next("check that the file belongs to this model")
                    .build());
  }

  /** The free-form text of {@code __metadata__}; empty if there is none. */
  public Map<String, String> metadata() {
    return metadata;
  }
}
