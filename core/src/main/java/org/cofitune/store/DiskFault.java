package org.cofitune.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Turns what the operating system says of a file into an error that a person can act on. */
public final class DiskFault {
  private DiskFault() {}

  /** A file that could not be read: a {@link ErrorKind#FORMAT} error. */
  public static CofituneException reading(Path file, IOException cause) {
    return CofituneException.of(ErrorKind.FORMAT, "could not be read")
        .at(file)
        .found(reason(cause))
        .next(
            isAbsent(cause)
                ? "check the path"
                : "check that the file is readable and that the disk is healthy")
        .cause(cause)
        .build();
  }

  /** A file that could not be written: a {@link ErrorKind#TRAINING} error. */
  public static CofituneException writing(Path file, IOException cause) {
    return CofituneException.of(ErrorKind.TRAINING, "could not be written")
        .at(file)
        .found(reason(cause))
        .next(advice(cause))
        .cause(cause)
        .build();
  }

  private static String advice(IOException cause) {
    String reason = reason(cause);
    if (reason.contains("No space left") || reason.contains("quota")) {
      return "free some space or choose a directory on a larger disk, then start again";
    }
    if (cause instanceof AccessDeniedException || reason.contains("Read-only file system")) {
      return "choose a directory that this user may write to";
    }
    return "check the disk, then start again";
  }

  private static boolean isAbsent(IOException cause) {
    return cause instanceof NoSuchFileException || cause instanceof FileNotFoundException;
  }

  private static String reason(IOException cause) {
    if (isAbsent(cause)) {
      return "no such file";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof FileAlreadyExistsException) {
      return "a file of that name already exists";
    }
    if (cause instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
