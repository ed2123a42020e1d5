package org.cofitune.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Reads whole files into memory, but no longer ones than they may be. */
public final class BoundedFile {
  private BoundedFile() {}

  /**
   * All bytes of a file.
   *
   * @param most how many it may have
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if it has more, or cannot be read
   */
  public static byte[] read(Path file, int most) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file, in, most);
    } catch (IOException e) {
      throw DiskFault.reading(file, e);
    }
  }

  /** The same, of a file that is open already. */
  public static byte[] read(Path file, InputStream in, int most) throws IOException {
    if (Files.size(file) > most) {
      throw tooLarge(file, most);
    }
    byte[] bytes = in.readNBytes(most);
    if (in.read() >= 0) {
      throw tooLarge(file, most); // a device, or it grows
    }
    return bytes;
  }

  private static CofituneException tooLarge(Path file, int most) {
    return CofituneException.of(ErrorKind.FORMAT, "is too large")
        .at(file)
        .expected("at most " + most + " bytes")
        .found("more")
        .next("check that this is the right file")
        .build();
  }

  /**
   * A file's text.
   *
   * @param most how many bytes it may have
   * @throws CofituneException ({@link ErrorKind#FORMAT}) also if it is not UTF-8
   */
  public static String readText(Path file, int most) {
    ByteBuffer bytes = ByteBuffer.wrap(read(file, most));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "is not UTF-8 text")
          .at(file)
          .next("convert the file: iconv -f <its encoding> -t UTF-8")
          .cause(e)
          .build();
    }
  }
}
