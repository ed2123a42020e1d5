package org.cofitune.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * {@code MANIFEST.json}: length and SHA-256 of every file of a directory, written last. A flipped
 * bit anywhere, the manifest included, is found and its file named. Files that came later are not
 * in it and not looked at.
 *
 * @param files sorted by name
 */
public record Manifest(List<Item> files) {
  /** The name of the file. */
  public static final String NAME = "MANIFEST.json";

  private static final int VERSION = 1;

  /**
   * One file of the directory.
   *
   * @param name relative to the directory, with {@code /} between folders
   * @param bytes its length
   * @param sha256 of its content
   */
  public record Item(String name, long bytes, String sha256) {}

  public Manifest {
    files = List.copyOf(files);
  }

  /** Describes every regular file under a directory and writes that into it. */
  public static Manifest write(Path directory) {
    List<Item> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(file).toString().replace('\\', '/');
        if (!name.equals(NAME)) {
          files.add(new Item(name, Files.size(file), Fingerprint.ofFile(file).sha256()));
        }
      }
    } catch (IOException e) {
      throw DiskFault.reading(directory, e);
    }
    files.sort((a, b) -> a.name().compareTo(b.name()));
    Manifest manifest = new Manifest(files);
    AtomicFile.write(directory.resolve(NAME), manifest.json());
    return manifest;
  }

  /**
   * Reads the manifest of a directory, without looking at the files.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if it is absent or altered
   */
  public static Manifest read(Path directory) {
    Path file = directory.resolve(NAME);
    byte[] bytes = BoundedFile.read(file, (int) StrictJson.MAX_BYTES);
    Manifest manifest = parse(file, StrictJson.readObject(file, bytes));
    // Only the one way of writing it is accepted, so no bit of it can differ unnoticed.
    if (!Arrays.equals(bytes, manifest.json().getBytes(StandardCharsets.UTF_8))) {
      throw altered(file, "the checksum of its own list", "another");
    }
    return manifest;
  }

  private static Manifest parse(Path file, ObjectNode json) {
    if (json.path("version").asInt() != VERSION) {
      throw altered(file, "version " + VERSION, json.path("version").toString());
    }
    List<Item> files = new ArrayList<>();
    for (JsonNode item : json.path("files")) {
      String name = item.path("name").asText();
      if (name.isEmpty()
          || name.startsWith("/")
          || name.contains("\\")
          || name.chars().anyMatch(Character::isISOControl)
          || Arrays.asList(name.split("/", -1)).contains("..")) {
        throw altered(file, "names of files in the directory", Excerpt.quoted(name));
      }
      files.add(new Item(name, item.path("bytes").asLong(-1), item.path("sha256").asText()));
    }
    return new Manifest(files);
  }

  /**
   * Compares every file of a directory with its manifest.
   *
   * @return the manifest
   * @throws CofituneException ({@link ErrorKind#FORMAT}) naming the first file that is missing, too
   *     short, too long, or altered
   */
  public static Manifest verify(Path directory) {
    Manifest manifest = read(directory);
    for (Item item : manifest.files()) {
      Path file = directory.resolve(item.name());
      if (!Files.isRegularFile(file)) {
        throw altered(file, "a file of " + item.bytes() + " bytes", "none");
      }
      try {
        long bytes = Files.size(file);
        if (bytes != item.bytes()) {
          throw altered(file, item.bytes() + " bytes", bytes + " bytes");
        }
      } catch (IOException e) {
        throw DiskFault.reading(file, e);
      }
      String sha256 = Fingerprint.ofFile(file).sha256();
      if (!sha256.equals(item.sha256())) {
        throw altered(file, "SHA-256 " + item.sha256(), sha256);
      }
    }
    return manifest;
  }

  private static CofituneException altered(Path file, String expected, String found) {
    return CofituneException.of(ErrorKind.FORMAT, "file is damaged")
        .at(file)
        .expected(expected)
        .found(found)
        .next("restore it from a copy, or go back to an earlier checkpoint")
        .build();
  }

  private String json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", VERSION);
    ArrayNode list = json.putArray("files");
    for (Item item : files) {
      list.addObject()
          .put("name", item.name())
          .put("bytes", item.bytes())
          .put("sha256", item.sha256());
    }
    json.put("sha256_of_files", Fingerprint.ofText(list.toString()).sha256());
    return JsonText.pretty(json);
  }
}
