package org.cofitune.cli;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the answers of models are kept from one evaluation to the next. */
final class AnswerCache {
  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Folder that keeps every answer, so that nothing is asked twice (default:"
              + " cofitune/answers in the user's cache folder).")
  private @Nullable Path folder;

  @Option(names = "--no-cache", description = "Ask everything anew, and keep nothing.")
  private boolean none;

  /** The folder; null for none. */
  @Nullable Path folder() {
    if (none) {
      return null;
    }
    return folder == null ? ofUser(System.getenv()) : folder;
  }

  /** The XDG base directory rules. */
  private static Path ofUser(Map<String, String> environment) {
    String cache = environment.get("XDG_CACHE_HOME");
    Path base =
        cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return base.resolve("cofitune").resolve("answers");
  }
}
