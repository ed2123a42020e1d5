package org.cofitune.train;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Parameters;
import org.cofitune.store.AtomicDirectory;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.Fingerprint;
import org.cofitune.store.JsonText;
import org.cofitune.store.Manifest;
import org.cofitune.store.MappedTensors;
import org.cofitune.store.SafetensorsWriter;
import org.cofitune.store.TensorSpec;

/**
 * The tensors that training has changed, and what they belong to: a folder with {@code
 * delta.safetensors} (Hugging Face names, the types of the base checkpoint), {@code cofitune.json}
 * and a manifest. Together with the base model it is the tuned model.
 *
 * <pre>{@code
 * Delta.write(run.resolve("delta"), parameters, parameters.trainableNames(), description);
 * try (Delta delta = Delta.open(run.resolve("delta"))) {
 *   delta.applyTo(otherParameters);
 * }
 * }</pre>
 */
public final class Delta implements AutoCloseable {
  /** The file of the tensors. */
  public static final String TENSORS = "delta.safetensors";

  private final Path folder;
  private final DeltaDescription description;
  private final MappedTensors tensors;

  private Delta(Path folder, DeltaDescription description, MappedTensors tensors) {
    this.folder = folder;
    this.description = description;
    this.tensors = tensors;
  }

  /**
   * Writes some of a model's parameters as a delta; the folder appears when it is complete.
   *
   * @param names which parameters, usually the trained ones
   */
  public static void write(
      Path folder, Parameters parameters, Collection<String> names, DeltaDescription description) {
    try (AtomicDirectory directory = AtomicDirectory.create(folder);
        PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (String name : names) {
        tensors.put(name, parameters.trained(name));
      }
      SafetensorsWriter.write(directory.path().resolve(TENSORS), tensors);
      AtomicFile.write(
          directory.path().resolve(DeltaDescription.NAME), JsonText.pretty(description.toJson()));
      directory.commitWithManifest();
    }
  }

  /**
   * Opens a delta after holding every file against the manifest. An {@code Engine} must have been
   * started.
   *
   * @throws CofituneException of kind FORMAT if it is damaged or no delta
   */
  public static Delta open(Path folder) {
    Manifest.verify(folder);
    return new Delta(
        folder, DeltaDescription.read(folder), MappedTensors.open(folder.resolve(TENSORS)));
  }

  public DeltaDescription description() {
    return description;
  }

  /** The names of the tensors. */
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    tensors.header().entries().forEach(entry -> names.add(entry.name()));
    return names;
  }

  /** Name, type and shape of a tensor. */
  public TensorSpec spec(String name) {
    return tensors.header().entry(name).spec();
  }

  /** A tensor as it is stored; the caller's scope owns it. */
  public Tensor tensor(String name) {
    return tensors.get(name);
  }

  /**
   * Refuses a base model that the delta was not made from.
   *
   * @param found the fingerprint of the model that it shall be applied to
   * @throws CofituneException of kind FORMAT if it is another
   */
  public void requireBase(Fingerprint found, Path model) {
    if (!found.equals(description.base())) {
      throw CofituneException.of(ErrorKind.FORMAT, "the delta belongs to another base model")
          .at(folder)
          .expected(description.baseName() + " with fingerprint " + description.base())
          .found(model + " with " + found)
          .next("give the model that the delta was trained from")
          .build();
    }
  }

  /** Puts the tuned values into a model's parameters. */
  public void applyTo(Parameters parameters) {
    applyTo(parameters, 1);
  }

  /**
   * Moves a model's parameters from the base towards the tuned values.
   *
   * @param parameters hold the base's values
   * @param alpha 0 for the base, 1 for the tuned model, in between or beyond for an interpolation
   *     (Wise-FT)
   * @throws CofituneException of kind FORMAT if a name or shape does not fit the model
   */
  public void applyTo(Parameters parameters, double alpha) {
    for (String name : names()) {
      try (PointerScope scope = new PointerScope()) {
        requirePlace(parameters, name);
        Tensor base = parameters.trained(name);
        Tensor tuned = tensor(name).to(parameters.device(), base.scalar_type());
        parameters.assign(name, between(base, tuned, alpha));
      }
    }
  }

  private void requirePlace(Parameters parameters, String name) {
    List<Long> shape = spec(name).shape();
    List<Long> expected =
        parameters.names().contains(name)
            ? SafetensorsWriter.specOf(name, parameters.held(name)).shape()
            : List.of();
    if (!shape.equals(expected)) {
      throw misfit(folder, name, expected, shape);
    }
  }

  static CofituneException misfit(Path folder, String name, List<Long> expected, Object found) {
    return CofituneException.of(ErrorKind.FORMAT, "tensor " + name + " does not fit the model")
        .at(folder.resolve(TENSORS))
        .expected(expected.isEmpty() ? "a name that the model has" : "shape " + expected)
        .found(found)
        .next("give the model that the delta was trained from")
        .build();
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
    tensors.close();
  }
}
