package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.DiskFault;
import org.cofitune.store.JsonText;
import org.cofitune.store.StrictJson;
import org.cofitune.train.RunIdentity;

/**
 * {@code stages/<stage>.json}: what the outputs of each stage were made from, and the size and time
 * of every file of theirs. Tells whether a stage must run again, and why.
 */
final class StageRecords {
  private static final String COMPLETE = "complete";
  private static final String INPUTS = "inputs";
  private static final String OUTPUTS = "outputs";
  private static final String HASH = "[0-9a-f]{64}";

  private final Path folder;

  StageRecords(Path folder) {
    this.folder = folder;
  }

  /** Why a stage has to run; empty where its inputs and outputs are unchanged. */
  Optional<String> reason(StageWork work) {
    Path file = file(work.stage());
    if (Files.notExists(file)) {
      return Optional.of("not made yet");
    }
    ObjectNode record = StrictJson.readObject(file);
    List<String> changes = changes(RunIdentity.fromJson(record.path(INPUTS)), work.inputs());
    if (!changes.isEmpty()) {
      return Optional.of(String.join("; ", changes));
    }
    if (!record.path(COMPLETE).asBoolean()) {
      return Optional.of("interrupted before");
    }
    Map<String, String> recorded = new TreeMap<>();
    record.path(OUTPUTS).properties().forEach(e -> recorded.put(e.getKey(), e.getValue().asText()));
    Map<String, String> found = signatures(work.outputs());
    return recorded.equals(found)
        ? Optional.empty()
        : Optional.of("outputs were changed or removed");
  }

  /** What differs, a person's words each. */
  private static List<String> changes(RunIdentity before, RunIdentity now) {
    TreeSet<String> names = new TreeSet<>(before.parts().keySet());
    names.addAll(now.parts().keySet());
    List<String> changes = new ArrayList<>();
    for (String name : names) {
      String was = before.parts().getOrDefault(name, "none");
      String is = now.parts().getOrDefault(name, "none");
      if (!was.equals(is)) {
        boolean opaque = was.matches(HASH) || is.matches(HASH) || was.length() + is.length() > 80;
        changes.add(opaque ? name + " changed" : name + " was " + was + ", is " + is);
      }
    }
    return changes;
  }

  /**
   * A stage begins: what was made from other inputs is removed, what an interrupted process made
   * from these stays.
   */
  void begin(StageWork work) {
    Path file = file(work.stage());
    boolean goesOn =
        Files.exists(file)
            && !StrictJson.readObject(file).path(COMPLETE).asBoolean()
            && changes(
                    RunIdentity.fromJson(StrictJson.readObject(file).path(INPUTS)), work.inputs())
                .isEmpty();
    if (goesOn) {
      return;
    }
    remove(file); // first: without a record, whatever is there is no good
    work.outputs().forEach(StageRecords::remove);
    work.intermediates().forEach(StageRecords::remove);
    write(work, false);
  }

  /** A stage is complete. */
  void finish(StageWork work) {
    write(work, true);
  }

  private void write(StageWork work, boolean complete) {
    ObjectNode record = JsonNodeFactory.instance.objectNode().put(COMPLETE, complete);
    record.set(INPUTS, work.inputs().toJson());
    if (complete) {
      JsonNode outputs = record.putObject(OUTPUTS);
      signatures(work.outputs()).forEach(((ObjectNode) outputs)::put);
    }
    AtomicFile.write(file(work.stage()), JsonText.pretty(record));
  }

  private Path file(Stage stage) {
    return folder.resolve(stage.text().replace(' ', '-') + ".json");
  }

  private static void remove(Path path) {
    if (Files.isDirectory(path)) {
      AtomicDirectory.remove(path);
      return;
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw DiskFault.writing(path, e);
    }
  }

  /** Size and time of every file, by path. */
  private static Map<String, String> signatures(List<Path> outputs) {
    Map<String, String> signatures = new TreeMap<>();
    for (Path output : outputs) {
      Path parent = output.toAbsolutePath().normalize().getParent();
      if (Files.notExists(output)) {
        signatures.put(String.valueOf(output.getFileName()), "not there");
        continue;
      }
      try (Stream<Path> files = Files.walk(output)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String name = parent.relativize(file.toAbsolutePath().normalize()).toString();
          signatures.put(
              name, Files.size(file) + " bytes, " + Files.getLastModifiedTime(file).toMillis());
        }
      } catch (IOException e) {
        throw DiskFault.reading(output, e);
      }
    }
    return signatures;
  }
}
