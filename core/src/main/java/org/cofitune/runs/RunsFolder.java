package org.cofitune.runs;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.DiskFault;

/**
 * A folder with runs, directly in it or in folders of it. Links are not followed, so that nothing
 * outside of it is found.
 */
public final class RunsFolder {
  /** How deep runs are looked for. */
  private static final int DEPTH = 4;

  /** Entries that are looked at, so that a folder of anything else costs little. */
  private static final int MOST_ENTRIES = 50_000;

  private final Path root;

  private RunsFolder(Path root) {
    this.root = root;
  }

  /**
   * Opens a folder.
   *
   * @throws CofituneException of kind RECIPE if there is none, or if it is itself a run
   */
  public static RunsFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw refused(folder, "no folder of runs there", "no such folder")
          .next("name the folder that the output_dir of your runs lie in")
          .build();
    }
    if (RunFolder.isRun(folder)) {
      throw refused(folder, "the folder is itself a run", "a run's files")
          .next("name the folder that it lies in")
          .build();
    }
    try {
      return new RunsFolder(folder.toRealPath());
    } catch (IOException e) {
      throw DiskFault.reading(folder, e);
    }
  }

  private static CofituneException.Builder refused(Path folder, String what, String found) {
    return CofituneException.of(ErrorKind.RECIPE, what)
        .at(folder)
        .expected("a folder with runs in it")
        .found(found);
  }

  /** Where it is. */
  public Path path() {
    return root;
  }

  /** The runs in it, by name. */
  public List<RunFolder> runs() {
    List<RunFolder> runs = new ArrayList<>();
    collect(root, DEPTH, MOST_ENTRIES, runs);
    runs.sort(Comparator.comparing(RunFolder::name));
    return runs;
  }

  /** Adds the runs below a folder, and returns how many entries may still be looked at. */
  private int collect(Path folder, int depth, int entries, List<RunFolder> runs) {
    int left = entries;
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        if (left-- <= 0) {
          return 0;
        }
        if (isOpen(child) && Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          if (RunFolder.isRun(child)) {
            runs.add(folderOf(child));
          } else if (depth > 1) {
            left = collect(child, depth - 1, left, runs);
          }
        }
      }
    } catch (IOException e) {
      return left; // a folder that may not be read, or that went away, has no runs to show
    }
    return left;
  }

  private RunFolder folderOf(Path folder) {
    List<String> parts = new ArrayList<>();
    root.relativize(folder).forEach(part -> parts.add(part.toString()));
    return new RunFolder(String.join("/", parts), folder);
  }

  private static boolean isOpen(Path folder) {
    return !folder.getFileName().toString().startsWith(".");
  }

  /**
   * The run of a name; empty if there is none, or if the name leads out of the folder, however it
   * does.
   */
  public Optional<RunFolder> find(String name) {
    String[] parts = name.split("/", DEPTH + 1);
    if (parts.length > DEPTH) {
      return Optional.empty();
    }
    Path folder = root;
    try {
      for (String part : parts) {
        Path child = folder.resolve(part);
        if (part.isEmpty()
            || !folder.equals(child.getParent())
            || !isOpen(child)
            || !Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
          return Optional.empty();
        }
        folder = child;
      }
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
    return RunFolder.isRun(folder) ? Optional.of(folderOf(folder)) : Optional.empty();
  }
}
