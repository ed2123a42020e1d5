package org.cofitune.runs;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What was read from files, kept as long as they are unchanged.
 *
 * @param <T> what is read
 */
final class FileMemory<T> {
  private final Map<Path, Known<T>> known = new ConcurrentHashMap<>();
  private final Function<RunFile, T> reading;

  private record Known<T>(RunFile file, T value) {}

  FileMemory(Function<RunFile, T> reading) {
    this.reading = reading;
  }

  T of(RunFile file) {
    Known<T> last = known.get(file.path());
    if (last == null || !last.file().equals(file)) {
      last = new Known<>(file, reading.apply(file));
      known.put(file.path(), last);
    }
    return last.value();
  }

  /** Forgets files that are no longer asked for. */
  void keep(Predicate<Path> wanted) {
    known.keySet().removeIf(wanted.negate());
  }
}
