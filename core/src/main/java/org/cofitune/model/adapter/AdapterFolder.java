package org.cofitune.model.adapter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Precision;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.DeltaDescription;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.model.Projection;
import org.cofitune.model.WeightChange;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.JsonText;
import org.cofitune.store.Manifest;
import org.cofitune.store.MappedTensors;
import org.cofitune.store.SafetensorsHeader;
import org.cofitune.store.SafetensorsWriter;
import org.cofitune.store.TensorSpec;
import org.jspecify.annotations.Nullable;

/**
 * A folder with low-rank adapters in peft's format: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}. One that peft made does not say which base it belongs to: names and
 * shapes are held against the model that it is put on. Ours has two files more, which peft does not
 * look at: {@value DeltaDescription#NAME} with the base's fingerprint, and a manifest.
 */
public final class AdapterFolder implements WeightChange {
  private static final String CONFIG = "adapter_config.json";
  private static final String TENSORS = "adapter_model.safetensors";
  private static final String PICKLE = "adapter_model.bin";

  private final Path directory;
  private final AdapterConfig config;
  private final SafetensorsHeader header;
  private final Map<String, AdaptedModule> modules; // by the name of the weight
  private final @Nullable DeltaDescription description;
  private @Nullable MappedTensors mapped;

  private AdapterFolder(
      Path directory,
      AdapterConfig config,
      SafetensorsHeader header,
      Map<String, AdaptedModule> modules,
      @Nullable DeltaDescription description) {
    this.directory = directory;
    this.config = config;
    this.header = header;
    this.modules = modules;
    this.description = description;
  }

  /**
   * Writes adapters as a new directory, in float32.
   *
   * @param numLayers of the model
   * @param description where they come from
   * @throws CofituneException of kind RECIPE if the directory is in use, of kind TRAINING if the
   *     disk refuses
   */
  public static void write(
      Path target,
      LowRankAdapters adapters,
      AdapterSettings settings,
      int numLayers,
      DeltaDescription description) {
    try (AtomicDirectory directory = AtomicDirectory.create(target);
        PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      adapters
          .pairs()
          .forEach(
              (module, pair) -> {
                tensors.put(module.keyOfA(), pair.a().detach().to(ScalarType.Float));
                tensors.put(module.keyOfB(), pair.b().detach().to(ScalarType.Float));
              });
      SafetensorsWriter.write(directory.path().resolve(TENSORS), tensors);
      AtomicFile.write(
          directory.path().resolve(CONFIG),
          JsonText.pretty(
              AdapterConfigJson.of(
                  settings, adapters.pairs().keySet(), numLayers, description.basePath())));
      description.write(directory.path());
      directory.commitWithManifest();
    }
  }

  /**
   * Opens a folder and checks names, types and ranks, and every byte where it has a manifest; no
   * engine is loaded.
   *
   * @throws CofituneException of kind FORMAT if it is damaged, holds no adapters, or others than
   *     plain LoRA on the projections of decoder layers
   */
  public static AdapterFolder open(Path directory) {
    if (!Files.isRegularFile(directory.resolve(CONFIG))) {
      throw missing(directory, CONFIG, "name a folder that peft, or a run with method lora, made");
    }
    if (Files.exists(directory.resolve(Manifest.NAME))) {
      Manifest.verify(directory);
    }
    AdapterConfig config = AdapterConfig.read(directory.resolve(CONFIG));
    if (!Files.isRegularFile(directory.resolve(TENSORS))) {
      boolean pickle = Files.isRegularFile(directory.resolve(PICKLE));
      throw missing(
          directory,
          TENSORS,
          pickle ? PICKLE + " is not read: save it with safe_serialization" : "fetch it again");
    }
    SafetensorsHeader header = SafetensorsHeader.read(directory.resolve(TENSORS));
    Map<String, AdaptedModule> modules = modules(header);
    if (modules.isEmpty()) {
      throw missing(directory, "tensor", "fetch it again");
    }
    DeltaDescription description =
        Files.exists(directory.resolve(DeltaDescription.NAME))
            ? DeltaDescription.read(directory)
            : null;
    AdapterFolder folder = new AdapterFolder(directory, config, header, modules, description);
    modules.values().forEach(folder::requireSound);
    return folder;
  }

  private static CofituneException missing(Path directory, String file, String next) {
    return CofituneException.of(ErrorKind.FORMAT, "no adapter")
        .at(directory)
        .expected("a folder with " + CONFIG + " and " + TENSORS)
        .found(Files.isDirectory(directory) ? "no " + file + " in it" : "no such folder")
        .next(next)
        .build();
  }

  private static Map<String, AdaptedModule> modules(SafetensorsHeader header) {
    Map<String, AdaptedModule> modules = new LinkedHashMap<>();
    Set<AdaptedModule> sorted = new TreeSet<>();
    for (String key : header.names()) {
      AdaptedModule module =
          AdaptedModule.ofKey(key)
              .orElseThrow(
                  () ->
                      CofituneException.of(ErrorKind.FORMAT, "unknown tensor of an adapter")
                          .at(header.file())
                          .expected(
                              "names like base_model.model.model.layers.0.self_attn.q_proj"
                                  + ".lora_A.weight")
                          .found(key)
                          .next("merge it with the tool that made it, and use the checkpoint")
                          .build());
      sorted.add(module);
    }
    sorted.forEach(module -> modules.put(module.weight(), module));
    return modules;
  }

  /** Checks the tensors of a module against the configuration beside them. */
  private void requireSound(AdaptedModule module) {
    TensorSpec a = header.entry(module.keyOfA()).spec();
    TensorSpec b = header.entry(module.keyOfB()).spec();
    long rank = config.rank(module);
    boolean matrices = a.shape().size() == 2 && b.shape().size() == 2;
    boolean ranked = matrices && a.shape().get(0) == rank && b.shape().get(1) == rank;
    if (!ranked || !a.type().isFloating() || !b.type().isFloating()) {
      throw unfit(module, "A [%d, columns] and B [rows, %d]".formatted(rank, rank), shapes(module));
    }
    if (!config.targets(module)) {
      throw unfit(module, "a module that target_modules names", "none of them");
    }
  }

  private String shapes(AdaptedModule module) {
    TensorSpec a = header.entry(module.keyOfA()).spec();
    TensorSpec b = header.entry(module.keyOfB()).spec();
    return "%s %s and %s %s".formatted(a.type(), a.shape(), b.type(), b.shape());
  }

  private CofituneException unfit(AdaptedModule module, String expected, Object found) {
    return CofituneException.of(ErrorKind.FORMAT, "the adapter of " + module.name() + " is wrong")
        .at(directory)
        .expected(expected)
        .found(found)
        .next("name the model that the adapter was trained for, or fetch the adapter again")
        .build();
  }

  public Path directory() {
    return directory;
  }

  /** The modules that have an adapter, in the order of the forward pass. */
  public List<AdaptedModule> modules() {
    return List.copyOf(modules.values());
  }

  /**
   * Where a merged model comes from; reads all of the base's weights once if the folder does not
   * say.
   *
   * @param base the model that the adapters are merged into
   */
  @Override
  public DeltaDescription description(Checkpoint base) {
    if (description != null) {
      return description;
    }
    ObjectNode method = JsonNodeFactory.instance.objectNode().put("name", "lora");
    return new DeltaDescription(
        text(),
        base.directory().toString(),
        Fingerprint.ofCheckpoint(base).sha256(),
        Fingerprint.ofCheckpointSample(base).sha256(),
        method,
        JsonNodeFactory.instance.objectNode());
  }

  /** Layers and projections, for people: {@code 2-5:q_proj,v_proj}. */
  private String text() {
    IntSummaryStatistics layers =
        modules.values().stream().mapToInt(AdaptedModule::layer).summaryStatistics();
    String projections =
        modules.values().stream()
            .map(AdaptedModule::projection)
            .sorted()
            .distinct()
            .map(Projection::shortName)
            .collect(Collectors.joining(","));
    return layers.getMin() + "-" + layers.getMax() + ":" + projections;
  }

  @Override
  public Set<String> names() {
    return new LinkedHashSet<>(modules.keySet());
  }

  @Override
  public Fingerprint fingerprint() {
    return Fingerprint.ofText(
        Fingerprint.ofFile(directory.resolve(CONFIG))
            + "\n"
            + Fingerprint.ofFile(directory.resolve(TENSORS)));
  }

  /**
   * Every adapter must fit, and none may be missing that target_modules asks for; the base must be
   * the one that the folder names, where it names any.
   */
  @Override
  public void requireBase(Checkpoint checkpoint) {
    if (description != null) {
      description.requireBase(checkpoint);
    }
    requireShapes(checkpoint);
  }

  @Override
  public void requireWholeBase(Checkpoint checkpoint) {
    if (description != null) {
      description.requireWholeBase(checkpoint);
    }
    requireShapes(checkpoint);
  }

  private void requireShapes(Checkpoint checkpoint) {
    requireModel(ModelConfigReader.read(checkpoint.directory()));
  }

  /**
   * Checks that the adapters are a model's, all of them.
   *
   * @throws CofituneException of kind FORMAT naming the module that does not fit or is missing
   */
  public void requireModel(ModelConfig model) {
    List<AdaptedModule> known = AdaptedModule.all(model);
    for (AdaptedModule module : modules.values()) {
      long rows = model.rows(module.projection());
      long columns = model.columns(module.projection());
      requireFit(module.weight(), known.contains(module) ? List.of(rows, columns) : List.of());
    }
    for (AdaptedModule module : known) {
      if (config.targets(module) && !modules.containsKey(module.weight())) {
        throw unfit(module, module.keyOfA(), "no such tensor");
      }
    }
  }

  @Override
  public void requireFit(String name, List<Long> shape) {
    AdaptedModule module = modules.get(name);
    long columns = header.entry(module.keyOfA()).spec().shape().get(1);
    long rows = header.entry(module.keyOfB()).spec().shape().get(0);
    if (!shape.equals(List.of(rows, columns))) {
      throw unfit(
          module,
          shape.isEmpty() ? "a module that the model has" : "one for a weight " + shape,
          "one for a weight [" + rows + ", " + columns + "]");
    }
  }

  @Override
  public Tensor changed(String name, Tensor base, double alpha) {
    if (alpha == 0) {
      return base;
    }
    AdaptedModule module = modules.get(name);
    LowRankPair pair =
        new LowRankPair(
            tensor(module.keyOfA()).to(base.device(), ScalarType.Float),
            tensor(module.keyOfB()).to(base.device(), ScalarType.Float),
            config.scale(module));
    return pair.addedTo(base, alpha);
  }

  /**
   * The adapters themselves, to run beside a model's projections; the caller closes them.
   *
   * @throws CofituneException of kind FORMAT if they are not this model's
   */
  public LowRankAdapters load(ModelConfig model, Device device, Precision precision) {
    requireModel(model);
    ScalarType type = precision.master().scalarType();
    Map<AdaptedModule, LowRankPair> pairs = new TreeMap<>();
    for (AdaptedModule module : modules.values()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor a = tensor(module.keyOfA()).to(device, type);
        Tensor b = tensor(module.keyOfB()).to(device, type);
        pairs.put(
            module,
            new LowRankPair(a.retainReference(), b.retainReference(), config.scale(module)));
      }
    }
    return new LowRankAdapters(pairs);
  }

  private Tensor tensor(String key) {
    if (mapped == null) {
      mapped = MappedTensors.open(header);
    }
    return mapped.get(key);
  }

  @Override
  public void close() {
    if (mapped != null) {
      mapped.close();
    }
  }
}
