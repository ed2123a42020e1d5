package org.cofitune.evaluate.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Finds a task's files: {@code dataset: FILE}, {@code dataset: {test: FILE, train: FILE}}, or
 * lm-evaluation-harness's {@code dataset_path: json} with {@code dataset_kwargs.data_files}.
 *
 * <p>{@code ${name}} in a path stands for a folder that the caller names.
 */
final class DatasetParser {
  private static final List<String> LOCAL = List.of("json", "csv");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)\\}");

  private final TaskKeys task;
  private final Path folder;
  private final Map<String, Path> variables;

  DatasetParser(TaskKeys task, Path folder, Map<String, Path> variables) {
    this.task = task;
    this.folder = folder;
    this.variables = variables;
  }

  DatasetSpec parse() {
    Optional<String> named = task.text("test_split").or(() -> task.text("validation_split"));
    task.text("validation_split");
    task.text("training_split");
    task.text("dataset_name");
    String key = task.has("dataset") ? "dataset" : "data_files";
    TaskKeys keys = task;
    if (task.has("dataset_path")) {
      requireLocal();
      if (!task.has("data_files")) {
        keys = task.mapping("dataset_kwargs").orElseThrow(() -> task.missing("dataset_kwargs"));
        key = "data_files";
      }
    }
    JsonNode files = keys.value(key);
    if (files == null) {
      throw keys == task ? task.missing("dataset") : keys.missing(key);
    }
    Map<String, List<Path>> splits = splits(keys, key, files, named);
    if (keys != task) {
      keys.refuseOthers();
    }
    return new DatasetSpec(splits, evaluated(splits, named, keys, key), keys.place(key));
  }

  private void requireLocal() {
    String path = task.required("dataset_path");
    if (!LOCAL.contains(path)) {
      throw CofituneException.of(ErrorKind.RECIPE, "data sets are read from local files only")
          .at(task.place("dataset_path"))
          .expected("json or csv, with data_files")
          .found("\"" + path + "\"")
          .next("export the data set and write dataset: its-file.jsonl")
          .build();
    }
  }

  private Map<String, List<Path>> splits(
      TaskKeys keys, String key, JsonNode files, Optional<String> named) {
    Map<String, List<Path>> splits = new LinkedHashMap<>();
    if (files.isObject()) {
      TaskKeys mapping = keys.mapping(key).orElseThrow();
      for (String split : mapping.names()) {
        splits.put(split, paths(mapping, split));
      }
    } else {
      // Hugging Face calls the only split of plain files "train".
      splits.put(named.orElse(key.equals("data_files") ? "train" : "test"), paths(keys, key));
    }
    return splits;
  }

  private List<Path> paths(TaskKeys keys, String key) {
    List<Path> paths = new ArrayList<>();
    for (String text : keys.texts(key)) {
      try {
        paths.add(folder.resolve(Path.of(expanded(keys, key, text))).normalize());
      } catch (InvalidPathException e) {
        throw keys.wrong(key, "a path", keys.value(key));
      }
    }
    if (paths.isEmpty()) {
      throw keys.missing(key);
    }
    return paths;
  }

  private String expanded(TaskKeys keys, String key, String text) {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      Path value = variables.get(matcher.group(1));
      if (value == null) {
        throw CofituneException.of(ErrorKind.RECIPE, "${" + matcher.group(1) + "} is not set")
            .at(keys.place(key))
            .found(variables.isEmpty() ? "no variables" : String.join(", ", variables.keySet()))
            .next("say where the data is: --" + matcher.group(1).replace('_', '-') + " FOLDER")
            .build();
      }
      matcher.appendReplacement(
          result, Matcher.quoteReplacement(value.toAbsolutePath().toString()));
    }
    return matcher.appendTail(result).toString();
  }

  private static String evaluated(
      Map<String, List<Path>> splits, Optional<String> named, TaskKeys keys, String key) {
    List<String> candidates =
        named.map(List::of).orElseGet(() -> List.of("test", "validation", "train"));
    return candidates.stream()
        .filter(splits::containsKey)
        .findFirst()
        .orElseThrow(
            () ->
                CofituneException.of(ErrorKind.RECIPE, "no split to evaluate")
                    .at(keys.place(key))
                    .expected(String.join(" or ", candidates))
                    .found(String.join(", ", splits.keySet()))
                    .next("name it with test_split")
                    .build());
  }
}
