package org.cofitune.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Which bytes something consists of: a SHA-256.
 *
 * @param sha256 64 lower-case hexadecimal digits
 */
public record Fingerprint(String sha256) {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int SAMPLE_BYTES = 4096;

  public Fingerprint {
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not a SHA-256: " + sha256);
    }
  }

  /** Of bytes. */
  public static Fingerprint ofBytes(byte[] bytes) {
    return finish(start(), ByteBuffer.wrap(bytes));
  }

  /** Of text in UTF-8. */
  public static Fingerprint ofText(String text) {
    return ofBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Of a whole file. */
  public static Fingerprint ofFile(Path file) {
    try {
      return ofRange(file, 0, Files.size(file));
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
  }

  /** Of the bytes of one tensor of a checkpoint, without its name, type and shape. */
  public static Fingerprint ofTensor(Checkpoint checkpoint, String name) {
    TensorEntry entry = checkpoint.entry(name);
    Path file = checkpoint.header(name).file();
    try {
      return ofRange(file, entry.begin(), entry.end());
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
  }

  /**
   * Of a model: the bytes of {@code config.json} and the name, type, shape and bytes of every
   * tensor. How the tensors are spread over files does not matter. Reads every weight once, on all
   * processors.
   */
  public static Fingerprint ofCheckpoint(Checkpoint checkpoint) {
    List<String> tensors =
        checkpoint.tensorNames().stream().sorted().toList().parallelStream()
            .map(
                name -> {
                  TensorEntry entry = checkpoint.entry(name);
                  return "%s\n%s %s %s\n"
                      .formatted(
                          name, entry.type(), entry.shape(), ofTensor(checkpoint, name).sha256());
                })
            .toList();
    String config = ofFile(checkpoint.file(Checkpoint.CONFIG)).sha256();
    return ofText("config " + config + "\n" + String.join("", tensors));
  }

  /**
   * Of a sample of a model: {@code config.json}, and of every tensor name, type, shape, and first
   * bytes. Tells models apart in the time of opening them; {@link #ofCheckpoint} proves them equal.
   */
  public static Fingerprint ofCheckpointSample(Checkpoint checkpoint) {
    StringBuilder text = new StringBuilder();
    text.append(ofFile(checkpoint.file(Checkpoint.CONFIG))).append('\n');
    for (String name : checkpoint.tensorNames().stream().sorted().toList()) {
      TensorEntry entry = checkpoint.entry(name);
      Path file = checkpoint.header(name).file();
      long end = Math.min(entry.end(), entry.begin() + SAMPLE_BYTES);
      try {
        text.append(
            "%s\n%s %s %s\n"
                .formatted(name, entry.type(), entry.shape(), ofRange(file, entry.begin(), end)));
      } catch (IOException e) {
        throw DiskFault.reading(file, e);
      }
    }
    return ofText(text.toString());
  }

  private static Fingerprint ofRange(Path file, long begin, long end) throws IOException {
    MessageDigest digest = start();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, end - begin));
      long position = begin;
      while (position < end) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
        int read = channel.read(buffer, position);
        if (read < 0) {
          throw new IOException("the file ends at byte " + position + " instead of " + end);
        }
        digest.update(buffer.flip());
        position += read;
      }
    }
    return finish(digest, ByteBuffer.allocate(0));
  }

  private static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Fingerprint finish(MessageDigest digest, ByteBuffer last) {
    digest.update(last);
    return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
  }

  /** The hexadecimal digits. */
  @Override
  public String toString() {
    return sha256;
  }
}
