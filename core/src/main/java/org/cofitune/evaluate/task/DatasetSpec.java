package org.cofitune.evaluate.task;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where a task's rows are.
 *
 * @param files the files of every split, in order
 * @param evaluated the split whose rows are the items
 * @param place where the task file names them, for messages
 */
public record DatasetSpec(Map<String, List<Path>> files, String evaluated, String place) {
  public DatasetSpec {
    files = Map.copyOf(files);
  }
}
