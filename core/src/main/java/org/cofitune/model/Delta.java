package org.cofitune.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.Checkpoint;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.Manifest;
import org.cofitune.store.MappedTensors;
import org.cofitune.store.SafetensorsHeader;
import org.cofitune.store.SafetensorsWriter;
import org.cofitune.store.TensorSpec;
import org.jspecify.annotations.Nullable;

/**
 * What training changed: the trained tensors whole, under their Hugging Face names and in the
 * base's types, with a description of where they come from. Base and delta together are the tuned
 * model.
 *
 * <pre>{@code
 * try (LoadedModel model = LoadedModel.open(base, engine);
 *     Delta delta = Delta.open(run.resolve("delta"))) {
 *   delta.applyTo(model);
 * }
 * }</pre>
 */
public final class Delta implements WeightChange {
  private static final String TENSORS = "delta.safetensors";

  private final Path directory;
  private final DeltaDescription description;
  private final SafetensorsHeader header;
  private @Nullable MappedTensors mapped;

  private Delta(Path directory, DeltaDescription description, SafetensorsHeader header) {
    this.directory = directory;
    this.description = description;
    this.header = header;
  }

  /**
   * Writes the delta of trained parameters as a new directory.
   *
   * @param names the trained parameters
   * @throws CofituneException of kind RECIPE if the directory is in use, of kind TRAINING if the
   *     disk refuses
   */
  public static void write(
      Path target, Parameters parameters, Collection<String> names, DeltaDescription description) {
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      names.forEach(name -> tensors.put(name, parameters.trained(name)));
      write(target, tensors, description);
    }
  }

  /** Writes a delta of tensors by parameter as a new directory. */
  static void write(Path target, Map<String, Tensor> tensors, DeltaDescription description) {
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      SafetensorsWriter.write(directory.path().resolve(TENSORS), tensors);
      description.write(directory.path());
      directory.commitWithManifest();
    }
  }

  /**
   * Opens a delta after checking every byte of it; no engine is loaded.
   *
   * @throws CofituneException of kind FORMAT if it is damaged or no delta at all
   */
  public static Delta open(Path directory) {
    if (!Files.isRegularFile(directory.resolve(DeltaDescription.NAME))) {
      throw CofituneException.of(ErrorKind.FORMAT, "no delta")
          .at(directory)
          .expected("a folder with " + DeltaDescription.NAME + " and " + TENSORS)
          .found(
              Files.isDirectory(directory)
                  ? "no " + DeltaDescription.NAME + " in it"
                  : "no such folder")
          .next("name the folder \"delta\" of a finished run")
          .build();
    }
    Manifest.verify(directory);
    return new Delta(
        directory,
        DeltaDescription.read(directory),
        SafetensorsHeader.read(directory.resolve(TENSORS)));
  }

  public Path directory() {
    return directory;
  }

  public DeltaDescription description() {
    return description;
  }

  @Override
  public DeltaDescription description(Checkpoint base) {
    return description;
  }

  /** Of the tuned model: the sample of the base and every byte of the trained tensors. */
  @Override
  public Fingerprint fingerprint() {
    return Fingerprint.ofText(
        description.baseSample() + "\n" + Fingerprint.ofFile(directory.resolve(TENSORS)));
  }

  /** The names of the trained parameters. */
  @Override
  public Set<String> names() {
    return header.names();
  }

  /** Type and shape of a trained parameter. */
  public TensorSpec spec(String name) {
    return header.entry(name).spec();
  }

  /**
   * A trained parameter in the base's type, mapped from the file; the caller owns it.
   *
   * @throws CofituneException of kind FORMAT if the delta does not have it
   */
  public Tensor tensor(String name) {
    if (mapped == null) {
      mapped = MappedTensors.open(header);
    }
    return mapped.get(name);
  }

  @Override
  public void requireBase(Checkpoint checkpoint) {
    description.requireBase(checkpoint);
  }

  @Override
  public void requireWholeBase(Checkpoint checkpoint) {
    description.requireWholeBase(checkpoint);
  }

  /**
   * Refuses a model that has no place for a trained parameter.
   *
   * @throws CofituneException of kind FORMAT if a name or shape does not fit
   */
  public void requireFit(Parameters parameters) {
    try (PointerScope scope = new PointerScope()) {
      names().forEach(name -> baseOf(name, parameters));
    }
  }

  /** Refuses a model whose tensor of that name has another shape, none if it has no such tensor. */
  @Override
  public void requireFit(String name, List<Long> shape) {
    if (!spec(name).shape().equals(shape)) {
      throw CofituneException.of(ErrorKind.FORMAT, "tensor " + name + " does not fit the model")
          .at(directory.resolve(TENSORS))
          .expected(shape.isEmpty() ? "a name that the model has" : "shape " + shape)
          .found("shape " + spec(name).shape())
          .next("name the model that the delta was trained from")
          .build();
    }
  }

  @Override
  public Tensor changed(String name, Tensor base, double alpha) {
    return between(base, tensor(name).to(base.device(), base.scalar_type()), alpha);
  }

  /** {@code base + alpha * (tuned - base)} in the base's type, computed in float32 or wider. */
  static Tensor between(Tensor base, Tensor tuned, double alpha) {
    if (alpha == 1) {
      return tuned;
    }
    if (alpha == 0) {
      return base;
    }
    ScalarType stored = base.scalar_type().intern();
    ScalarType wide = stored == ScalarType.Double ? stored : ScalarType.Float;
    return base.to(wide).lerp(tuned.to(wide), new Scalar(alpha)).to(stored);
  }

  @Override
  public void close() {
    if (mapped != null) {
      mapped.close();
    }
  }
}
