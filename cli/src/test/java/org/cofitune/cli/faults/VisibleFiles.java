package org.cofitune.cli.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cofitune.error.CofituneException;
import org.cofitune.store.Manifest;
import org.cofitune.store.SafetensorsHeader;
import org.cofitune.store.StrictJson;

/**
 * Whether everything that a command left under a final name is complete. Names that begin with a
 * dot are promised to nobody.
 */
final class VisibleFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Logs that grow by lines; only their last line may be half written. */
  private static final Set<String> GROWING = Set.of("events.jsonl", "trials.jsonl");

  /** The folder of answers, whose files grow by lines too. */
  private static final String ANSWERS = "answers";

  private VisibleFiles() {}

  /** What looks complete and is not, a line each; empty if all is well. */
  static List<String> faults(Path folder) throws IOException {
    List<String> faults = new ArrayList<>();
    if (!Files.exists(folder)) {
      return faults;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.filter(path -> !isHidden(folder.relativize(path))).toList();
    }
    for (Path path : all) {
      try {
        check(path);
      } catch (IOException | CofituneException e) {
        faults.add(folder.relativize(path) + ": " + e.getMessage());
      }
    }
    return faults;
  }

  private static boolean isHidden(Path relative) {
    return StreamSupport.stream(relative.spliterator(), false)
        .anyMatch(part -> part.toString().startsWith("."));
  }

  private static void check(Path path) throws IOException {
    String name = path.getFileName().toString();
    if (Files.isDirectory(path)) {
      if (isWhole(path)) {
        Manifest.verify(path);
      }
    } else if (name.endsWith(".safetensors")) {
      SafetensorsHeader.read(path);
    } else if (name.endsWith(".json")) {
      StrictJson.readObject(path);
    } else if (name.endsWith(".jsonl")) {
      checkLines(path);
    } else if (name.endsWith(".html") && !Files.readString(path).strip().endsWith("</html>")) {
      throw new IOException("does not end as a page does");
    } else if (name.endsWith(".yaml") && !Files.readString(path).endsWith("\n")) {
      throw new IOException("does not end with a line");
    }
  }

  /** A folder that appears under its name as a whole. */
  private static boolean isWhole(Path folder) {
    String name = folder.getFileName().toString();
    return name.matches("step-\\d+|delta|model|merged|adapter|general");
  }

  private static void checkLines(Path file) throws IOException {
    boolean grows =
        GROWING.contains(file.getFileName().toString()) || file.toString().contains(ANSWERS);
    String text = Files.readString(file);
    if (!grows && !text.endsWith("\n")) {
      throw new IOException("ends within a line");
    }
    String complete = text.substring(0, text.lastIndexOf('\n') + 1);
    for (String line : complete.lines().toList()) {
      JSON.readTree(line);
    }
  }
}
