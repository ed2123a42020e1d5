package org.cofitune.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * A model in the layout of Hugging Face: {@code config.json} and either {@code model.safetensors}
 * or shards with {@code model.safetensors.index.json}. Opening reads and checks every header and no
 * weight; weights are mapped when {@link #tensor} first asks for one, and only that loads the
 * engine.
 *
 * <p>Files are taken from the folder itself; links out of it are refused, except from a snapshot of
 * a Hugging Face cache into its blobs. Pickled weights ({@code *.bin}, {@code *.pt}) are never
 * read.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.open(Path.of("SmolLM2-135M"))) {
 *   ObjectNode config = StrictJson.readObject(checkpoint.file("config.json"));
 *   TensorEntry embedding = checkpoint.weight("model.embed_tokens.weight"); // shape, type
 * }
 * }</pre>
 */
public final class Checkpoint implements AutoCloseable {
  /** The model's configuration. */
  public static final String CONFIG = "config.json";

  /** The file of a checkpoint that is not sharded. */
  public static final String SINGLE = "model.safetensors";

  private static final List<String> COMPANIONS =
      List.of(
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model",
          "chat_template.jinja",
          "chat_template.json");

  private final CheckpointFolder folder;
  private final Map<String, SafetensorsHeader> headerOf;
  private final Map<Path, MappedTensors> mapped = new HashMap<>();

  private Checkpoint(CheckpointFolder folder, Map<String, SafetensorsHeader> headerOf) {
    this.folder = folder;
    this.headerOf = Collections.unmodifiableMap(headerOf);
  }

  /**
   * Opens a checkpoint after checking that all its files are there and sound.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) naming what is missing and what is there
   */
  public static Checkpoint open(Path directory) {
    CheckpointFolder folder = CheckpointFolder.open(directory);
    folder.require(CONFIG, "check that this is the folder of a model and fetch the file");
    Optional<Path> single = folder.find(SINGLE);
    if (single.isPresent()) {
      return new Checkpoint(folder, CheckpointHeaders.ofFile(single.get()));
    }
    Optional<Path> index = folder.find(ShardIndex.NAME);
    if (index.isPresent()) {
      return new Checkpoint(
          folder, CheckpointHeaders.ofShards(folder, ShardIndex.read(index.get())));
    }
    throw CheckpointHeaders.noWeights(folder);
  }

  /** The folder, as it was named when it was opened. */
  public Path directory() {
    return folder.path();
  }

  /**
   * A file of the checkpoint by name.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) listing what is there if it is not, or if
   *     it is a link out of the folder
   */
  public Path file(String name) {
    return folder.require(name, "fetch the file from where the model came from");
  }

  /** A file of the checkpoint by name, if it is there. */
  public Optional<Path> findFile(String name) {
    return folder.find(name);
  }

  /**
   * The files that must travel with the weights so that the model can be used: tokenizer, chat
   * template, generation settings, without {@code config.json}.
   */
  public List<Path> companions() {
    return COMPANIONS.stream().flatMap(name -> folder.find(name).stream()).toList();
  }

  /** The weight files, each once. */
  public List<SafetensorsHeader> weightFiles() {
    Map<Path, SafetensorsHeader> byFile = new LinkedHashMap<>();
    headerOf.values().forEach(header -> byFile.put(header.file(), header));
    return new ArrayList<>(byFile.values());
  }

  /** The names of all tensors, in the order of file or index. */
  public Set<String> tensorNames() {
    return headerOf.keySet();
  }

  /** Where the tensor of that name lies, if the checkpoint has it. */
  public Optional<TensorEntry> find(String name) {
    return Optional.ofNullable(headerOf.get(name)).map(header -> header.entry(name));
  }

  /** Type and shape of every tensor, by name. */
  public Map<String, TensorSpec> specs() {
    Map<String, TensorSpec> specs = new LinkedHashMap<>();
    tensorNames().forEach(name -> specs.put(name, entry(name).spec()));
    return specs;
  }

  /**
   * Where the tensor of that name lies.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if the checkpoint does not have it
   */
  public TensorEntry entry(String name) {
    return header(name).entry(name);
  }

  /**
   * Where the weight of that name lies.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) if the checkpoint does not have it or
   *     stores it as anything but F32, F16, BF16 or F64
   */
  public TensorEntry weight(String name) {
    TensorEntry entry = entry(name);
    if (!entry.type().isFloating()) {
      throw CofituneException.of(
              ErrorKind.FORMAT, "weight " + Excerpt.quoted(name) + " has an unsupported dtype")
          .at(header(name).file())
          .expected("F32, F16, BF16 or F64")
          .found(entry.type())
          .next("use the checkpoint that is not quantised")
          .build();
    }
    return entry;
  }

  /** The header of the file that holds the tensor of that name. */
  public SafetensorsHeader header(String name) {
    SafetensorsHeader header = headerOf.get(name);
    if (header == null) {
      throw CofituneException.of(ErrorKind.FORMAT, "tensor is missing")
          .at(directory())
          .expected(Excerpt.quoted(name))
          .found(Excerpt.list(tensorNames()))
          .next("check that config.json and weights belong to the same model")
          .build();
    }
    return header;
  }

  /**
   * The tensor of that name as {@link MappedTensors#get} returns it: a view of the mapped file that
   * the caller owns and that stays valid after this checkpoint is closed.
   */
  public Tensor tensor(String name) {
    SafetensorsHeader header = header(name);
    synchronized (mapped) {
      return mapped.computeIfAbsent(header.file(), file -> MappedTensors.open(header)).get(name);
    }
  }

  /** Releases the mapped files, except those that a tensor still refers to. */
  @Override
  public void close() {
    synchronized (mapped) {
      mapped.values().forEach(MappedTensors::close);
      mapped.clear();
    }
  }
}
