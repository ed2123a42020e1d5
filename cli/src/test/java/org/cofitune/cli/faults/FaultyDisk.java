package org.cofitune.cli.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.tests.mockfile.FilterFileChannel;
import org.apache.lucene.tests.mockfile.FilterFileSystem;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;

/**
 * The file system of a process, with one folder on a disk that refuses: {@code
 * -Djava.nio.file.spi.DefaultFileSystemProvider} puts it under everything that the process does
 * with files. What natives write passes it by.
 */
public final class FaultyDisk extends FilterFileSystemProvider {
  private static final String FOLDER = "cofitune.disk.folder";
  private static final String FAULT = "cofitune.disk.fault";
  private static final String BYTES = "cofitune.disk.bytes";

  /** How a disk refuses, in the words of the operating system. */
  enum Fault {
    /** It holds so many bytes. */
    FULL("No space left on device"),
    /** It breaks when it holds so many bytes. */
    BROKEN("Input/output error"),
    /** It is mounted for reading. */
    READ_ONLY("Read-only file system");

    private final String words;

    Fault(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  private final FileSystemProvider system;
  private final Path folder;
  private final Fault fault;
  private final long bytes;

  /** As the JVM makes it. */
  public FaultyDisk(FileSystemProvider system) {
    super("file", system);
    this.system = system;
    FileSystem whole = system.getFileSystem(URI.create("file:///"));
    this.fileSystem = new FilterFileSystem(this, whole);
    this.folder = whole.getPath(System.getProperty(FOLDER)).toAbsolutePath().normalize();
    this.fault = Fault.valueOf(System.getProperty(FAULT));
    this.bytes = Long.getLong(BYTES, 0);
  }

  /** The options that put a process on such a disk. */
  static List<String> options(Path folder, Fault fault, long bytes) {
    return List.of(
        "-Djava.nio.file.spi.DefaultFileSystemProvider=" + FaultyDisk.class.getName(),
        "-D" + FOLDER + "=" + folder.toAbsolutePath(),
        "-D" + FAULT + "=" + fault,
        "-D" + BYTES + "=" + bytes);
  }

  /** The system's provider asks for the default file system itself, and so for this one. */
  @Override
  public Path getPath(URI uri) {
    return fileSystem.getPath(uri.getPath());
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path real = toDelegate(path);
    boolean writes = options.contains(StandardOpenOption.WRITE);
    if (writes) {
      requireWritable(real);
    }
    FileChannel channel = system.newFileChannel(real, options, attributes);
    return writes && isOnDisk(real) ? new Written(channel) : channel;
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    requireWritable(toDelegate(path));
    super.createDirectory(path, attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    requireWritable(toDelegate(path));
    super.delete(path);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    requireWritable(toDelegate(target));
    super.move(source, target, options);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    requireWritable(toDelegate(target));
    if (isOnDisk(toDelegate(target)) && free() < Files.size(toDelegate(source))) {
      throw new FileSystemException(target.toString(), null, fault.words());
    }
    super.copy(source, target, options);
  }

  private void requireWritable(Path real) throws IOException {
    if (fault == Fault.READ_ONLY && isOnDisk(real)) {
      throw new FileSystemException(real.toString(), null, fault.words());
    }
  }

  private boolean isOnDisk(Path real) {
    return real.toAbsolutePath().normalize().startsWith(folder);
  }

  /** Bytes that the disk still takes. */
  private long free() throws IOException {
    long used = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        used += Files.size(file);
      }
    }
    return Math.max(0, bytes - used);
  }

  /** A file on that disk; the last write that fits is cut short, as the system does it. */
  private final class Written extends FilterFileChannel {
    Written(FileChannel channel) {
      super(channel);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      return limited(source, position(), () -> super.write(source));
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      return limited(source, position, () -> super.write(source, position));
    }

    private int limited(ByteBuffer source, long position, Write write) throws IOException {
      long growth = Math.max(0, position + source.remaining() - size());
      long lacking = growth - free();
      if (lacking <= 0) {
        return write.run();
      }
      int fitting = (int) Math.max(0, source.remaining() - lacking);
      if (fitting == 0) {
        throw new IOException(fault.words());
      }
      int limit = source.limit();
      source.limit(source.position() + fitting);
      try {
        return write.run();
      } finally {
        source.limit(limit);
      }
    }
  }

  /** A write that reports how many bytes it wrote. */
  private interface Write {
    int run() throws IOException;
  }
}
