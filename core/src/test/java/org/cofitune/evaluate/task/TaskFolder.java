package org.cofitune.evaluate.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes task files and their data for tests. */
final class TaskFolder {
  private final Path folder;

  TaskFolder(Path folder) {
    this.folder = folder;
  }

  Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** The only task of a file of that text. */
  TaskSpec spec(String yaml) throws IOException {
    List<TaskSpec> tasks = TaskFiles.load(List.of(write("t.yaml", yaml)), TaskOptions.NONE);
    if (tasks.size() != 1) {
      throw new IllegalStateException(tasks.size() + " tasks");
    }
    return tasks.get(0);
  }

  Task open(String yaml) throws IOException {
    return Task.open(spec(yaml));
  }
}
