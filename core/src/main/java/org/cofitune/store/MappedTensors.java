package org.cofitune.store;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * The tensors of a safetensors file, mapped into memory instead of read: opening costs no time and
 * no memory, pages come from the file when they are first touched, and processes share them. Files
 * may exceed 2 GiB. Writing into a tensor changes this process's copy of the page, never the file.
 *
 * <p>Closing releases this object's hold only: tensors that {@link #get} returned stay valid, and
 * the file is unmapped when the last of them is closed. The file must not be truncated meanwhile.
 * An {@code Engine} must have been started before.
 *
 * <pre>{@code
 * try (MappedTensors weights = MappedTensors.open(Path.of("model.safetensors"));
 *     PointerScope scope = new PointerScope()) {
 *   Tensor norm = weights.get("model.norm.weight"); // [hidden]
 * }
 * }</pre>
 */
public final class MappedTensors implements AutoCloseable {
  private final SafetensorsHeader header;
  private final Tensor bytes; // [file length]
  private boolean closed;

  private MappedTensors(SafetensorsHeader header, Tensor bytes) {
    this.header = header;
    this.bytes = bytes;
  }

  /**
   * Maps a file after checking its header.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if the file is not sound safetensors
   */
  public static MappedTensors open(Path file) {
    return open(SafetensorsHeader.read(file));
  }

  /**
   * Maps the file of a header that was read before.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if the file has changed its length since
   */
  public static MappedTensors open(SafetensorsHeader header) {
    Path file = header.file();
    requireUnchanged(file, header.fileBytes());
    try (BytePointer name = new BytePointer(nativeName(file));
        BoolOptional shared = new BoolOptional(false);
        LongOptional length = new LongOptional(header.fileBytes());
        TensorOptions options = new TensorOptions(ScalarType.Byte)) {
      Tensor bytes = torch.from_file(name, shared, length, options);
      bytes.retainReference(); // outlives the scope that the caller may have open
      return new MappedTensors(header, bytes);
    }
  }

  private static void requireUnchanged(Path file, long expected) {
    try {
      long found = Files.size(file);
      if (found != expected) {
        throw CofituneException.of(ErrorKind.FORMAT, "file changed while it was being read")
            .at(file)
            .expected(expected + " bytes")
            .found(found)
            .next("wait until nothing writes to it, then start again")
            .build();
      }
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
  }

  /** The path in the bytes that the operating system knows it by, ending in zero. */
  private static byte[] nativeName(Path file) {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    Charset charset =
        windows
            ? StandardCharsets.UTF_8
            : Charset.forName(
                System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));
    return (file.toAbsolutePath() + "\0").getBytes(charset);
  }

  /** The header of the file. */
  public SafetensorsHeader header() {
    return header;
  }

  /**
   * A tensor in its stored type and shape, on the CPU, without gradient. It is a view of the mapped
   * file, except where it lies at an offset that its type cannot be addressed at: then it is a
   * copy.
   *
   * <p>The caller owns it: close it, or have a {@code PointerScope} open.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if the file does not have it
   */
  public Tensor get(String name) {
    if (closed) {
      throw new IllegalStateException(header.file() + " is closed");
    }
    TensorEntry entry = header.entry(name);
    try (LongOptional begin = new LongOptional(entry.begin());
        LongOptional end = new LongOptional(entry.end());
        Tensor stored = bytes.slice(0, begin, end, 1);
        Tensor aligned = isAligned(entry) ? new Tensor(stored) : stored.clone();
        Tensor typed = aligned.view(ScalarTypes.of(entry.type()))) {
      return typed.view(entry.sizes());
    }
  }

  /**
   * The same, of a tensor that is to have the shape of another.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) also if it has another shape
   */
  public Tensor get(String name, Tensor like) {
    long[] shape = like.sizes().vec().get();
    if (!Arrays.equals(header.entry(name).sizes(), shape)) {
      throw CofituneException.of(ErrorKind.FORMAT, "tensor " + Excerpt.quoted(name))
          .at(header.file())
          .expected("shape " + Arrays.toString(shape))
          .found("shape " + header.entry(name).shape())
          .next("check that the file belongs to this model and region")
          .build();
    }
    return get(name);
  }

  private static boolean isAligned(TensorEntry entry) {
    return entry.begin() % entry.type().byteSize() == 0;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      bytes.close();
    }
  }
}
