package org.cofitune.evaluate.task;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a caller says about all tasks.
 *
 * @param folders what {@code ${name}} in data paths stands for, by name
 * @param limit the first so many rows of every task only, before what task files say
 * @param numFewshot solved examples in front of every question, before what task files say
 * @param chat how questions are asked in a conversation; empty for plain text
 */
public record TaskOptions(
    Map<String, Path> folders,
    OptionalInt limit,
    OptionalInt numFewshot,
    Optional<ChatContext> chat) {
  /** Nothing but what the task files say. */
  public static final TaskOptions NONE =
      new TaskOptions(Map.of(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());

  public TaskOptions {
    folders = Map.copyOf(folders);
  }

  /** These options with the folder that {@code ${data_dir}} stands for. */
  public TaskOptions withDataDir(Path folder) {
    return new TaskOptions(Map.of("data_dir", folder), limit, numFewshot, chat);
  }
}
