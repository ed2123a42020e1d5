package org.cofitune.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * Writes the weights of a checkpoint as transformers does: one {@code model.safetensors}, or shards
 * and their index where one file would be larger than allowed. Tensors may come in any order.
 *
 * <pre>{@code
 * try (AtomicDirectory directory = AtomicDirectory.create(out)) {
 *   try (CheckpointWriter writer =
 *       CheckpointWriter.create(directory.path(), specs, CheckpointWriter.DEFAULT_SHARD_BYTES)) {
 *     for (TensorSpec spec : specs) {
 *       writer.copy(spec.name(), base);
 *     }
 *     writer.finish();
 *   }
 *   directory.commitWithManifest();
 * }
 * }</pre>
 */
public final class CheckpointWriter implements AutoCloseable {
  /** The size of a shard that transformers chooses, in bytes. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  private final Path directory;
  private final ShardPlan plan;
  private final Map<String, SafetensorsWriter> writerOf = new HashMap<>();
  private final List<SafetensorsWriter> writers = new ArrayList<>();

  private CheckpointWriter(Path directory, ShardPlan plan) {
    this.directory = directory;
    this.plan = plan;
  }

  /**
   * Begins the weights of a checkpoint in a directory that has none.
   *
   * @param tensors what will be written, in the order in which it is to lie in the files
   * @param maxShardBytes how many bytes of tensors a file may hold; a larger tensor gets its own
   * @throws CofituneException ({@link ErrorKind#TRAINING}) if the disk refuses
   */
  public static CheckpointWriter create(
      Path directory, List<TensorSpec> tensors, long maxShardBytes) {
    CheckpointWriter writer = new CheckpointWriter(directory, ShardPlan.of(tensors, maxShardBytes));
    try {
      writer.openShards();
    } catch (RuntimeException e) {
      writer.close();
      throw e;
    }
    return writer;
  }

  private void openShards() {
    plan.shards()
        .forEach(
            (name, specs) -> {
              SafetensorsWriter shard =
                  SafetensorsWriter.create(
                      directory.resolve(name), specs, SafetensorsWriter.PYTORCH);
              writers.add(shard);
              for (TensorSpec spec : specs) {
                if (writerOf.put(spec.name(), shard) != null) {
                  throw new IllegalArgumentException("tensor name is taken: " + spec.name());
                }
              }
            });
  }

  /** Writes a tensor; see {@link SafetensorsWriter#write(String, Tensor)}. */
  public void write(String name, Tensor tensor) {
    writer(name).write(name, tensor);
  }

  /** Copies a tensor byte by byte; see {@link SafetensorsWriter#copy}. */
  public void copy(String name, Checkpoint source) {
    writer(name).copy(name, source);
  }

  private SafetensorsWriter writer(String name) {
    SafetensorsWriter writer = writerOf.get(name);
    if (writer == null) {
      throw new IllegalArgumentException("not announced: " + name);
    }
    return writer;
  }

  /**
   * Ends the files and writes the index if there are several.
   *
   * @throws IllegalStateException if a tensor is missing
   */
  public void finish() {
    writers.forEach(SafetensorsWriter::finish);
    if (writers.size() > 1) {
      AtomicFile.write(directory.resolve(ShardIndex.NAME), JsonText.pretty(index()));
    }
  }

  private ObjectNode index() {
    Map<String, String> shardOf = new TreeMap<>(); // sorted, as transformers writes it
    plan.shards().forEach((name, specs) -> specs.forEach(spec -> shardOf.put(spec.name(), name)));
    ObjectNode index = JsonNodeFactory.instance.objectNode();
    index.putObject("metadata").put("total_size", plan.totalBytes());
    ObjectNode weights = index.putObject("weight_map");
    shardOf.forEach(weights::put);
    return index;
  }

  /** Closes the files; removes those that were not finished. */
  @Override
  public void close() {
    writers.forEach(SafetensorsWriter::close);
  }
}
