package org.cofitune.evaluate.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/** Reads task files, checked whole before any data is touched. */
public final class TaskFiles {
  private static final int DEEPEST_INCLUDE = 8;

  private TaskFiles() {}

  /**
   * Reads tasks from files and folders. A folder stands for its {@code .yaml} and {@code .yml}
   * files by name, without those whose name begins with {@code _}, which others include.
   *
   * @throws CofituneException ({@link ErrorKind#RECIPE}) naming file and line
   */
  public static List<TaskSpec> load(List<Path> paths, TaskOptions options) {
    Map<String, String> places = new HashMap<>();
    List<TaskSpec> tasks = new ArrayList<>();
    for (Path path : paths) {
      for (Path file : Files.isDirectory(path) ? filesOf(path) : List.of(path)) {
        for (TaskSpec task : tasksOf(file, options)) {
          String other = places.put(task.name(), task.place());
          if (other != null) {
            throw CofituneException.of(
                    ErrorKind.RECIPE, "two tasks have the name \"" + task.name() + "\"")
                .at(task.place())
                .found("the other at " + other)
                .next("rename one")
                .build();
          }
          tasks.add(task);
        }
      }
    }
    return tasks;
  }

  private static List<TaskSpec> tasksOf(Path file, TaskOptions options) {
    List<TaskYaml.Mapping> mappings = TaskYaml.read(file);
    if (mappings.isEmpty()) {
      throw CofituneException.of(ErrorKind.RECIPE, "task file is empty").at(file).build();
    }
    Path folder = file.toAbsolutePath().normalize().getParent();
    List<TaskSpec> tasks = new ArrayList<>();
    for (TaskYaml.Mapping mapping : mappings) {
      TaskYaml.Mapping whole = withIncludes(mapping, folder, 0);
      TaskKeys keys = new TaskKeys(whole.root(), "", whole.places());
      tasks.add(new TaskParser(keys, folder, options).parse());
    }
    return tasks;
  }

  /** Keys of the including file stand before those of the included one. */
  private static TaskYaml.Mapping withIncludes(TaskYaml.Mapping mapping, Path folder, int depth) {
    TaskKeys keys = new TaskKeys(mapping.root(), "", mapping.places());
    List<String> names = keys.texts("include");
    if (names.isEmpty()) {
      return mapping;
    }
    if (depth == DEEPEST_INCLUDE) {
      throw include(keys, "includes nest too deeply", names.get(0));
    }
    ObjectNode root = mapping.root().objectNode();
    Map<String, String> places = new HashMap<>();
    for (String name : names) {
      List<TaskYaml.Mapping> bases = TaskYaml.read(inside(keys, folder, name));
      if (bases.size() != 1) {
        throw include(keys, "an included file holds one mapping", name);
      }
      TaskYaml.Mapping base = withIncludes(bases.get(0), folder, depth + 1);
      root.setAll(base.root());
      places.putAll(base.places());
    }
    root.setAll(mapping.root());
    places.putAll(mapping.places());
    return new TaskYaml.Mapping(root, places);
  }

  /** A task file that somebody sent must not read files from anywhere. */
  private static Path inside(TaskKeys keys, Path folder, String name) {
    try {
      Path file = folder.resolve(name).normalize();
      boolean linkedOut = Files.exists(file) && !file.toRealPath().startsWith(folder.toRealPath());
      if (!file.startsWith(folder) || linkedOut) {
        throw include(keys, "includes stay inside the task file's folder", name);
      }
      return file;
    } catch (IOException | InvalidPathException e) {
      throw include(keys, "include cannot be read", name);
    }
  }

  private static CofituneException include(TaskKeys keys, String what, String found) {
    return CofituneException.of(ErrorKind.RECIPE, what)
        .at(keys.place("include"))
        .found(found)
        .build();
  }

  private static List<Path> filesOf(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files = entries.filter(TaskFiles::isTaskFile).sorted().toList();
      if (files.isEmpty()) {
        throw CofituneException.of(ErrorKind.RECIPE, "folder has no task files")
            .at(folder)
            .expected("files that end in .yaml or .yml")
            .build();
      }
      return files;
    } catch (IOException e) {
      throw CofituneException.of(ErrorKind.RECIPE, "folder cannot be read")
          .at(folder)
          .cause(e)
          .build();
    }
  }

  private static boolean isTaskFile(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
    return yaml && !name.startsWith("_") && !name.startsWith(".") && Files.isRegularFile(path);
  }
}
