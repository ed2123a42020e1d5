package org.cofitune.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Material beside the repository that some tests need; they are skipped where it is absent. */
public final class Shared {
  private Shared() {}

  /** The file or folder of that name under {@code ../shared}, seen from the root of the project. */
  public static Path of(String relative) {
    Path root = Files.isDirectory(Path.of("core")) ? Path.of("") : Path.of("..");
    Path path = root.resolve("../shared").resolve(relative).toAbsolutePath().normalize();
    Assumptions.assumeTrue(Files.exists(path), () -> path + " is not there");
    return path;
  }
}
