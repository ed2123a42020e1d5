package org.cofitune.cli.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** When a process is ended. */
sealed interface Moment {
  /**
   * Waits for the moment.
   *
   * @param out where the process writes
   * @return whether it came before the process ended by itself
   */
  boolean await(Process process, Path out) throws InterruptedException, IOException;

  /** A moment of a run: half of them anywhere in it, half of them while it writes. */
  static Moment draw(RandomGenerator random, Undisturbed run) {
    if (random.nextBoolean() && run.temporaries() > 0) {
      return new WhileWriting(1 + random.nextInt(run.temporaries()), random.nextInt(4));
    }
    long span = run.lastMillis() - run.firstMillis();
    return new AtTime(run.firstMillis() + (long) (random.nextDouble() * span));
  }

  /**
   * So long after the start.
   *
   * @param millis since the process started
   */
  record AtTime(long millis) implements Moment {
    @Override
    public boolean await(Process process, Path out) throws InterruptedException {
      return !process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public String toString() {
      return millis + " ms";
    }
  }

  /**
   * When a file or folder begins under a hidden name.
   *
   * @param count which of them, from 1
   * @param millis so long after it was seen
   */
  record WhileWriting(int count, int millis) implements Moment {
    @Override
    public boolean await(Process process, Path out) throws InterruptedException, IOException {
      Temporaries seen = new Temporaries(out);
      while (seen.look() < count) {
        if (process.waitFor(1, TimeUnit.MILLISECONDS)) {
          return false;
        }
      }
      return !process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public String toString() {
      return "temporary " + count + " + " + millis + " ms";
    }
  }

  /**
   * What an undisturbed run took.
   *
   * @param firstMillis when it said or wrote something first
   * @param lastMillis when it ended
   * @param temporaries how many files and folders were seen under hidden names
   */
  record Undisturbed(long firstMillis, long lastMillis, int temporaries) {
    /** A run that says nothing before its end is disturbed from here on, as part of its time. */
    private static final double LATEST_FIRST = 0.4;

    /** Watches a process to its end. */
    static Undisturbed watch(ChildCommand child, Path out)
        throws InterruptedException, IOException {
      long start = System.nanoTime();
      Temporaries seen = new Temporaries(out);
      long first = -1;
      while (!child.process().waitFor(1, TimeUnit.MILLISECONDS)) {
        if (seen.look() + Files.size(child.log()) > 0 && first < 0) {
          first = millisSince(start);
        }
      }
      long last = millisSince(start);
      long latest = (long) (LATEST_FIRST * last);
      return new Undisturbed(first < 0 ? latest : Math.min(first, latest), last, seen.look());
    }

    private static long millisSince(long start) {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
  }

  /** The hidden names that came up under a folder. */
  final class Temporaries {
    private final Path folder;
    private final java.util.Set<Path> seen = new java.util.HashSet<>();

    Temporaries(Path folder) {
      this.folder = folder;
    }

    /** Looks again; how many have been seen so far. */
    int look() throws IOException {
      if (Files.exists(folder)) {
        try (Stream<Path> all = Files.walk(folder)) {
          all.filter(path -> path.getFileName().toString().contains(".tmp-")).forEach(seen::add);
        } catch (java.io.UncheckedIOException e) {
          return seen.size(); // a folder was renamed or removed under the walk
        } catch (java.nio.file.NoSuchFileException e) {
          return seen.size();
        }
      }
      return seen.size();
    }
  }
}
