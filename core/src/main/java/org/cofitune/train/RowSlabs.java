package org.cofitune.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Rows of one width in large tensors that are only ever appended to: in memory up to a budget, then
 * in mapped files that the system may page out.
 */
final class RowSlabs implements AutoCloseable {
  private static final long SLAB_BYTES = 32L << 20;
  private static final long RESERVED_AT_ONCE = 1L << 20;

  private final long width;
  private final Precision precision;
  private final Device device;
  private final CacheMemory memory;
  private final Path spillFolder;
  private final List<Tensor> slabs = new ArrayList<>();
  private long bytes;
  private long residentBytes;
  private long free;

  /** Where appended rows lie. */
  record Rows(int slab, long first, long count) {}

  RowSlabs(long width, Precision precision, Device device, CacheMemory memory, Path spillFolder) {
    this.width = width;
    this.precision = precision;
    this.device = device;
    this.memory = memory;
    this.spillFolder = spillFolder;
  }

  /** Copies rows {@code [count, width]} to the end. */
  Rows add(Tensor values) {
    long count = values.size(0);
    if (count > free) {
      long capacity = Math.max(count, Math.max(1, SLAB_BYTES / (width * precision.bytes())));
      slabs.add(newSlab(capacity));
      free = capacity;
    }
    int slab = slabs.size() - 1;
    long first = slabs.get(slab).size(0) - free;
    try (PointerScope scope = new PointerScope()) {
      slabs.get(slab).narrow(0, first, count).copy_(values);
    }
    free -= count;
    return new Rows(slab, first, count);
  }

  /** The rows as a view {@code [count, width]}. */
  Tensor get(Rows rows) {
    return slabs.get(rows.slab()).narrow(0, rows.first(), rows.count());
  }

  long bytes() {
    return bytes;
  }

  private Tensor newSlab(long capacity) {
    long size = capacity * width * precision.bytes();
    boolean inMemory = memory.take(size);
    bytes += size;
    residentBytes += inMemory ? size : 0;
    try (PointerScope scope = new PointerScope()) {
      Tensor slab = inMemory || !device.is_cpu() ? resident(capacity) : mapped(capacity, size);
      return slab.retainReference();
    }
  }

  private Tensor resident(long capacity) {
    return torch.empty(
        new long[] {capacity, width},
        torch.dtype(precision.scalarType()).device(new DeviceOptional(device)),
        new org.bytedeco.pytorch.MemoryFormatOptional());
  }

  private Tensor mapped(long capacity, long size) {
    try {
      Path file = Files.createTempFile(spillFolder, "cofitune-prefix-", ".cache");
      try {
        reserve(file, size);
        Tensor flat =
            torch.from_file(
                file.toString(),
                new BoolOptional(true),
                new LongOptional(size / precision.bytes()),
                torch.dtype(precision.scalarType()));
        return flat.view(capacity, width);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException | RuntimeException e) {
      throw CofituneException.of(ErrorKind.TRAINING, "the prefix cache cannot grow on disk")
          .at(spillFolder)
          .expected(size + " bytes free")
          .found(e.getMessage())
          .next("free some space, name another folder, or switch the cache off")
          .cause(e)
          .build();
    }
  }

  /** A mapped file with holes would end the process where the disk is full, without a word. */
  private static void reserve(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(size, RESERVED_AT_ONCE));
      for (long written = 0; written < size; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), size - written));
        written += channel.write(zeros);
      }
    }
  }

  @Override
  public void close() {
    slabs.forEach(Tensor::close);
    slabs.clear();
    memory.giveBack(residentBytes);
    residentBytes = 0;
    free = 0;
    bytes = 0;
  }
}
