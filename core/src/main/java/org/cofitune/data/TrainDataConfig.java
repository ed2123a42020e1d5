package org.cofitune.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * The {@code train_data_config.json} of the CoFiTune authors:
 *
 * <pre>{@code
 * {"data_paths": ["train.jsonl"], "data_output_dir": "tmp_data/",
 *  "train_proportion": 1.0, "eval_proportion": 0, "max_seq_len": 512}
 * }</pre>
 *
 * <p>The proportions count relative to each other: every row is in one of the two parts. {@code
 * data_output_dir} is where the authors keep an index of line positions; nothing is written there.
 * Relative paths are looked up in the working directory, as the authors do, then beside the config.
 */
record TrainDataConfig(
    List<Path> dataPaths, double trainProportion, double evalProportion, OptionalInt maxSeqLen) {
  private static final long MAX_BYTES = 1 << 20;

  private static final Set<String> KEYS =
      new TreeSet<>(
          Set.of(
              "data_paths",
              "data_output_dir",
              "train_proportion",
              "eval_proportion",
              "max_seq_len"));

  /** Whether a file is such a config and no file of rows: its JSON object has data_paths. */
  static boolean isOne(Path file) {
    try (JsonParser parser = JsonRows.JSON.createParser(Files.newInputStream(file))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (parser.currentName().equals("data_paths")) {
          return true;
        }
        parser.nextToken();
        parser.skipChildren();
      }
      return false;
    } catch (JsonProcessingException e) {
      return false;
    } catch (IOException e) {
      throw RowFile.unreadable(file, e);
    }
  }

  static TrainDataConfig read(Path file) {
    Fields fields = new Fields(new JsonRow(object(file), new RowSource(file, 1, 1)));
    for (String key : fields.names()) {
      if (!KEYS.contains(key)) {
        throw fields
            .bad("unknown key \"" + key + "\"")
            .expected(String.join(", ", KEYS))
            .next("remove or rename the key")
            .build();
      }
    }
    List<Path> paths = new ArrayList<>();
    JsonNode array = fields.array("data_paths");
    for (int i = 0; i < array.size(); i++) {
      String name = fields.textOf(array.get(i), "data_paths[" + i + "]");
      Path path = located(file, name);
      if (path == null || (Files.isRegularFile(path) && isOne(path))) {
        throw fields
            .bad("data_paths[" + i + "] names no rows")
            .expected("a file or folder of rows")
            .found(path == null ? "nothing at " + name : path + ", itself a train_data_config.json")
            .next("name it from the working directory, from this file's folder, or absolutely")
            .build();
      }
      paths.add(path);
    }
    double train = proportion(fields, "train_proportion", 1);
    double eval = proportion(fields, "eval_proportion", 0);
    if (paths.isEmpty() || train == 0) {
      throw fields
          .bad("nothing is left to train on")
          .expected("data_paths and a train_proportion above 0")
          .found(paths.size() + " paths and " + train)
          .build();
    }
    return new TrainDataConfig(paths, train, eval, maxSeqLen(fields));
  }

  DataFiles dataFiles() {
    return new DataFiles(
        DataFiles.of(dataPaths).files(),
        evalProportion == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(evalProportion / (trainProportion + evalProportion)),
        maxSeqLen);
  }

  private static ObjectNode object(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw CofituneException.of(ErrorKind.DATA, "too large for a train_data_config.json")
            .at(file)
            .expected("at most " + MAX_BYTES + " bytes")
            .found(Files.size(file))
            .next("name the files of rows themselves")
            .build();
      }
      JsonNode root =
          JsonRows.JSON
              .readerFor(JsonNode.class)
              .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .readTree(Files.readAllBytes(file));
      return (ObjectNode) root;
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
      throw JsonRows.malformed(file + line, e, "mend the train_data_config.json");
    } catch (IOException e) {
      throw RowFile.unreadable(file, e);
    }
  }

  private static @Nullable Path located(Path config, String name) {
    try {
      return Stream.of(Path.of(name), config.toAbsolutePath().resolveSibling(name))
          .filter(Files::exists)
          .findFirst()
          .orElse(null);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static double proportion(Fields fields, String key, double absent) {
    if (!fields.has(key)) {
      return absent;
    }
    JsonNode value = fields.required(key);
    if (!value.isNumber() || !(value.doubleValue() >= 0) || value.doubleValue() > 1e9) {
      throw fields.wrongType(key, "a number of at least 0", value);
    }
    return value.doubleValue();
  }

  private static OptionalInt maxSeqLen(Fields fields) {
    if (!fields.has("max_seq_len")) {
      return OptionalInt.empty();
    }
    JsonNode value = fields.required("max_seq_len");
    if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 2) {
      throw fields.wrongType("max_seq_len", "a whole number of at least 2", value);
    }
    return OptionalInt.of(value.intValue());
  }
}
