package org.cofitune.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the header of the file that holds each tensor of a checkpoint. */
final class CheckpointHeaders {
  private static final Logger log = LoggerFactory.getLogger(CheckpointHeaders.class);

  private CheckpointHeaders() {}

  /** By tensor name, in file order. */
  static Map<String, SafetensorsHeader> ofFile(Path file) {
    SafetensorsHeader header = SafetensorsHeader.read(file);
    Map<String, SafetensorsHeader> headerOf = new LinkedHashMap<>();
    header.names().forEach(name -> headerOf.put(name, header));
    return headerOf;
  }

  /** By tensor name, in the order of the index. */
  static Map<String, SafetensorsHeader> ofShards(CheckpointFolder folder, ShardIndex index) {
    Map<String, SafetensorsHeader> byShard = readShards(folder, index);
    Map<String, SafetensorsHeader> headerOf = new LinkedHashMap<>();
    index
        .shardOf()
        .forEach(
            (tensor, shard) -> {
              SafetensorsHeader header = byShard.get(shard);
              if (header == null || header.find(tensor).isEmpty()) {
                throw CofituneException.of(
                        ErrorKind.FORMAT, "shard does not hold what the index says")
                    .at(folder.path().resolve(shard))
                    .expected("tensor " + Excerpt.quoted(tensor))
                    .found(header == null ? "no file" : Excerpt.list(header.names()))
                    .next("download shards and index again, from the same revision")
                    .build();
              }
              headerOf.put(tensor, header);
            });
    byShard.forEach((shard, header) -> warnOfUnlisted(headerOf, header));
    return headerOf;
  }

  private static Map<String, SafetensorsHeader> readShards(
      CheckpointFolder folder, ShardIndex index) {
    Map<String, Path> present = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String shard : index.shards()) {
      Optional<Path> file = folder.find(shard);
      file.ifPresentOrElse(path -> present.put(shard, path), () -> missing.add(shard));
    }
    if (!missing.isEmpty()) {
      throw CofituneException.of(
              ErrorKind.FORMAT,
              missing.size() + " of " + index.shards().size() + " shards are missing")
          .at(folder.path())
          .expected(Excerpt.list(missing))
          .found(Excerpt.list(folder.names()))
          .next("download the missing files")
          .build();
    }
    Map<String, SafetensorsHeader> byShard = new HashMap<>();
    present.forEach((shard, file) -> byShard.put(shard, SafetensorsHeader.read(file)));
    return byShard;
  }

  private static void warnOfUnlisted(
      Map<String, SafetensorsHeader> headerOf, SafetensorsHeader shard) {
    List<String> unlisted =
        shard.names().stream().filter(name -> !headerOf.containsKey(name)).toList();
    if (!unlisted.isEmpty()) {
      log.warn(
          "{}: tensors that the index does not list: {}", shard.file(), Excerpt.list(unlisted));
    }
  }

  /** What to say of a folder without weights that can be read. */
  static CofituneException noWeights(CheckpointFolder folder) {
    List<String> names = folder.names();
    CofituneException.Builder error =
        CofituneException.of(ErrorKind.FORMAT, "no weights")
            .at(folder.path())
            .expected(Checkpoint.SINGLE + " or " + ShardIndex.NAME)
            .found(Excerpt.list(names));
    if (names.contains("adapter_model.safetensors")) {
      return error.next("this is a PEFT adapter: merge it into its base model first").build();
    }
    if (names.stream().anyMatch(name -> name.matches(".*\\.(bin|pt|pth|ckpt)"))) {
      return error
          .next(
              "pickled weights are never read, convert them with transformers: python -c \"from"
                  + " transformers import AutoModelForCausalLM as M;"
                  + " M.from_pretrained('<folder>').save_pretrained('<new folder>')\"")
          .build();
    }
    if (names.stream().anyMatch(name -> name.endsWith(".gguf"))) {
      return error.next("GGUF files cannot be trained: use the original checkpoint").build();
    }
    return error.next("download the model's *.safetensors files").build();
  }
}
