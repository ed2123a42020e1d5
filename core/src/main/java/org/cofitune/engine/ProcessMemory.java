package org.cofitune.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Resident memory of this process in bytes; zero where the system does not tell (only Linux does).
 *
 * @param resident now
 * @param peak the highest so far
 */
public record ProcessMemory(long resident, long peak) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long KIB = 1024;

  public static ProcessMemory now() {
    long resident = 0;
    long peak = 0;
    if (Files.isReadable(STATUS)) {
      try {
        for (String line : Files.readAllLines(STATUS)) {
          if (line.startsWith("VmRSS:")) {
            resident = kibibytes(line);
          } else if (line.startsWith("VmHWM:")) {
            peak = kibibytes(line);
          }
        }
      } catch (IOException e) {
        return new ProcessMemory(0, 0);
      }
    }
    return new ProcessMemory(resident, peak);
  }

  private static long kibibytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) * KIB;
  }
}
