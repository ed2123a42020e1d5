package org.cofitune.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Writes a safetensors file, one tensor at a time and in any order: names, types and shapes come
 * first, values when they are at hand. Nothing is copied into the Java heap. The same tensors give
 * the same bytes.
 *
 * <p>Tensors lie in the order given, wider types before narrower ones, so that each begins at a
 * multiple of its element size. The file is not safe against a crash by itself: write it inside an
 * {@link AtomicDirectory}, or use {@link #write(Path, Map)}.
 *
 * <pre>{@code
 * try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of("format", "pt"))) {
 *   for (TensorSpec spec : specs) {
 *     writer.write(spec.name(), compute(spec));
 *   }
 *   writer.finish();
 * }
 * }</pre>
 */
public final class SafetensorsWriter implements AutoCloseable {
  /** The metadata that PyTorch's tools expect in a file of weights. */
  public static final Map<String, String> PYTORCH = Map.of("format", "pt");

  private static final int CHUNK_BYTES = 16 << 20;
  private static final int COPY_BYTES = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final boolean ownsChannel;
  private final Map<String, TensorEntry> missing; // with offsets from the start of the file
  private boolean finished;

  private SafetensorsWriter(
      Path file,
      FileChannel channel,
      boolean ownsChannel,
      List<TensorSpec> tensors,
      Map<String, String> metadata)
      throws IOException {
    this.file = file;
    this.channel = channel;
    this.ownsChannel = ownsChannel;
    List<TensorEntry> placed = place(tensors);
    ByteBuffer header = HeaderBytes.of(placed, metadata);
    long dataBegin = header.remaining();
    writeFully(header, 0);
    this.missing = new LinkedHashMap<>();
    for (TensorEntry entry : placed) {
      missing.put(
          entry.name(),
          new TensorEntry(
              entry.name(),
              entry.type(),
              entry.shape(),
              dataBegin + entry.begin(),
              dataBegin + entry.end()));
    }
  }

  private static List<TensorEntry> place(List<TensorSpec> tensors) {
    List<TensorSpec> ordered = new ArrayList<>(tensors);
    ordered.sort(Comparator.comparingInt(spec -> -spec.type().byteSize()));
    Map<String, TensorEntry> placed = new LinkedHashMap<>();
    long end = 0;
    for (TensorSpec spec : ordered) {
      long begin = end;
      end = Math.addExact(begin, spec.bytes());
      TensorEntry entry = new TensorEntry(spec.name(), spec.type(), spec.shape(), begin, end);
      if (spec.name().equals("__metadata__") || placed.put(spec.name(), entry) != null) {
        throw new IllegalArgumentException("tensor name is taken: " + spec.name());
      }
    }
    return List.copyOf(placed.values());
  }

  /**
   * Begins a file that is not there yet.
   *
   * @param tensors what will be written
   * @param metadata free-form text, such as {@link #PYTORCH}
   * @throws CofituneException ({@link ErrorKind#TRAINING}) if the disk refuses
   */
  public static SafetensorsWriter create(
      Path file, List<TensorSpec> tensors, Map<String, String> metadata) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try {
        return new SafetensorsWriter(file, channel, true, tensors, metadata);
      } catch (IOException | RuntimeException e) {
        channel.close();
        Files.deleteIfExists(file);
        throw e;
      }
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  /** Writes or replaces a whole file at once, complete or not at all. */
  public static void write(Path file, Map<String, Tensor> tensors) {
    write(file, tensors, PYTORCH);
  }

  /** Writes or replaces a whole file with metadata at once, complete or not at all. */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    List<TensorSpec> specs = new ArrayList<>();
    tensors.forEach((name, tensor) -> specs.add(specOf(name, tensor)));
    try (AtomicFile atomic = AtomicFile.create(file);
        SafetensorsWriter writer =
            new SafetensorsWriter(file, atomic.channel(), false, specs, metadata)) {
      tensors.forEach(writer::write);
      writer.finish();
      atomic.commit();
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  /**
   * Name, type and shape of a tensor in memory.
   *
   * @throws IllegalArgumentException if files cannot hold its type
   */
  public static TensorSpec specOf(String name, Tensor tensor) {
    StoredType type =
        ScalarTypes.stored(tensor.scalar_type())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        name + " has a type that files cannot hold: " + tensor.scalar_type()));
    List<Long> shape = new ArrayList<>();
    for (long i = 0; i < tensor.dim(); i++) {
      shape.add(tensor.size(i));
    }
    return new TensorSpec(name, type, shape);
  }

  /**
   * Writes the values of a tensor, from any device and memory layout.
   *
   * @throws IllegalArgumentException if it is not among the missing ones, or differs in type or
   *     shape from what was announced
   * @throws CofituneException ({@link ErrorKind#TRAINING}) if the disk refuses
   */
  public void write(String name, Tensor tensor) {
    TensorEntry entry = take(name, specOf(name, tensor));
    try (Tensor plain = tensor.detach();
        Tensor host = plain.cpu();
        Tensor values = host.contiguous();
        BytePointer bytes = new BytePointer(values.data_ptr())) {
      for (long done = 0; done < entry.bytes(); done += CHUNK_BYTES) {
        long length = Math.min(CHUNK_BYTES, entry.bytes() - done);
        bytes.limit(done + length).position(done);
        writeFully(bytes.asByteBuffer(), entry.begin() + done);
      }
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  /**
   * Copies a tensor of a checkpoint under its name, byte by byte, without loading the engine.
   *
   * @throws IllegalArgumentException if it is not among the missing ones, or differs in type or
   *     shape from what was announced
   * @throws CofituneException if it cannot be read or written
   */
  public void copy(String name, Checkpoint source) {
    TensorEntry from = source.entry(name);
    TensorEntry to = take(name, from.spec());
    Path sourceFile = source.header(name).file();
    ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(COPY_BYTES, from.bytes()));
    try (FileChannel in = FileChannel.open(sourceFile, StandardOpenOption.READ)) {
      for (long done = 0; done < from.bytes(); done += chunk.limit()) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), from.bytes() - done));
        readFully(sourceFile, in, chunk, from.begin() + done);
        writeFully(chunk.flip(), to.begin() + done);
      }
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }

  private static void readFully(Path source, FileChannel in, ByteBuffer bytes, long position) {
    long at = position;
    try {
      while (bytes.hasRemaining()) {
        int read = in.read(bytes, at);
        if (read < 0) {
          throw new IOException("the file became shorter while it was being read");
        }
        at += read;
      }
    } catch (IOException e) {
      throw DiskFault.reading(source, e);
    }
  }

  private TensorEntry take(String name, TensorSpec found) {
    TensorEntry entry = missing.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("not announced, or written before: " + name);
    }
    if (!entry.spec().equals(found)) {
      throw new IllegalArgumentException("announced " + entry.spec() + " but got " + found);
    }
    missing.remove(name);
    return entry;
  }

  private void writeFully(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** The announced tensors that have not been written yet. */
  public Set<String> missing() {
    return Set.copyOf(missing.keySet());
  }

  /**
   * Ends the file.
   *
   * @throws IllegalStateException if a tensor is missing
   */
  public void finish() {
    if (!missing.isEmpty()) {
      throw new IllegalStateException(file + " lacks " + Excerpt.list(missing.keySet()));
    }
    finished = true;
  }

  /** Closes the file; removes it if it was not finished. */
  @Override
  public void close() {
    if (!ownsChannel) {
      return;
    }
    try {
      channel.close();
      if (!finished) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw DiskFault.writing(file, e);
    }
  }
}
