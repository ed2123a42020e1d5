package org.cofitune.cli.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The SHA-256 of every file that a command left, hidden ones too. Left out is what tells the time:
 * TensorBoard's files whole (a restart begins another), of {@code environment.json}, {@code
 * events.jsonl} and a search's {@code result.json} the fields named here, and so what tells how
 * much the last process found done. Of the lock that stays in a run's folder only that it is there
 * counts.
 */
final class ResultFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> TELL_TIME =
      Set.of("time", "started", "seconds", "seconds_left", "speed");

  /** What the last process had not to do again: answers it knew, layers it had computed. */
  private static final Set<String> TELL_WORK = Set.of("cached", "frozen_layer_tokens");

  private static final Set<String> WITH_TIMES =
      Set.of("environment.json", "events.jsonl", "result.json", "scorecard.json");

  private ResultFiles() {}

  /** SHA-256 by path relative to the folder. */
  static Map<String, String> of(Path folder) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String name = folder.relativize(file).toString();
      if (!name.contains("tensorboard")) {
        hashes.put(name, sha256(content(file)));
      }
    }
    return hashes;
  }

  private static byte[] content(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.equals(".lock")) {
      return new byte[0];
    }
    if (!WITH_TIMES.contains(name)) {
      return Files.readAllBytes(file);
    }
    List<String> values =
        name.endsWith(".jsonl") ? Files.readAllLines(file) : List.of(Files.readString(file));
    return values.stream()
        .map(ResultFiles::timeless)
        .collect(Collectors.joining("\n"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String timeless(String json) {
    try {
      return withoutTimes(JSON.readTree(json)).toString();
    } catch (JsonProcessingException e) {
      return json;
    }
  }

  private static JsonNode withoutTimes(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(TELL_TIME);
      object.remove(TELL_WORK);
    }
    node.forEach(ResultFiles::withoutTimes);
    return node;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
