package org.cofitune.runs;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.cofitune.pipeline.CompareFolder;
import org.cofitune.pipeline.RunDirectory;

/**
 * The folder of a run.
 *
 * @param name path below the folder of all runs, with slashes
 * @param path where it is
 */
public record RunFolder(String name, Path path) {
  /** The report's name. */
  private static final String REPORT = "report.html";

  /** Whether a folder is that of a run. */
  static boolean isRun(Path folder) {
    RunDirectory files = new RunDirectory(folder);
    return isFile(files.recipe()) || isFile(files.events());
  }

  private static boolean isFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  RunDirectory directory() {
    return new RunDirectory(path);
  }

  CompareFolder comparison() {
    return CompareFolder.of(directory());
  }

  /** A file below the folder, if it is there. */
  Optional<RunFile> file(Path file) {
    return RunFile.find(path, path.relativize(file).toString());
  }

  /** What happened in the run. */
  public Optional<RunFile> events() {
    return file(directory().events());
  }

  /** The report, if it was made. */
  public Optional<RunFile> report() {
    return RunFile.find(path, REPORT);
  }
}
