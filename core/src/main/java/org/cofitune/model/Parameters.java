package org.cofitune.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostMemory;
import org.cofitune.engine.Precision;
import org.cofitune.engine.ranks.ProcessGroup;

/**
 * A decoder's parameters by Hugging Face name. Frozen ones stay as they are stored and are widened
 * for the moment of their use, or are held as {@link FrozenHolding} says; a trainable one is a
 * float32 master that gradients flow to.
 *
 * <p>Owns its tensors: {@link #close} frees them.
 */
public final class Parameters implements AutoCloseable {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, ScalarType> storedTypes = new LinkedHashMap<>();
  private final Set<String> trainable = new LinkedHashSet<>();
  private final Device device;
  private final Precision precision;
  private final FrozenMatrices frozen;
  private final boolean ownsFrozen;

  private Parameters(
      Device device, Precision precision, FrozenMatrices frozen, boolean ownsFrozen) {
    this.device = device;
    this.precision = precision;
    this.frozen = frozen;
    this.ownsFrozen = ownsFrozen;
  }

  /**
   * Takes parameters from a source.
   *
   * @param names which ones, in the order of the forward pass
   * @param source gives a tensor in its stored type; the result is kept, not copied, where device
   *     and memory allow
   * @param precision the type to compute in
   */
  public static Parameters load(
      Collection<String> names,
      Function<String, Tensor> source,
      Device device,
      Precision precision) {
    return load(names, source, device, precision, ProcessGroup.alone(), FrozenHolding.RESIDENT);
  }

  /**
   * Takes parameters from a source, one after the other, and holds the matrices of frozen layers in
   * another way.
   *
   * @param source as above; where matrices are streamed to a CPU it is asked again for each use
   * @param group the processes that matrices are shared by, where they are
   * @param holding which ones, and how
   */
  public static Parameters load(
      Collection<String> names,
      Function<String, Tensor> source,
      Device device,
      Precision precision,
      ProcessGroup group,
      FrozenHolding holding) {
    FrozenMatrices frozen = new FrozenMatrices(holding, device, group);
    Parameters parameters = new Parameters(device, precision, frozen, true);
    try {
      for (String name : names) {
        if (holding.holds(name)) {
          parameters.addFrozen(name, source);
        } else {
          parameters.add(name, source, holding.copies(name));
        }
      }
      frozen.complete();
      return parameters;
    } catch (RuntimeException e) {
      parameters.close();
      throw e;
    }
  }

  private void add(String name, Function<String, Tensor> source, boolean copied) {
    try (PointerScope scope = new PointerScope()) {
      Tensor stored = new Tensor(source.apply(name));
      ScalarType type = stored.scalar_type().intern();
      Tensor near = copied ? HostMemory.alikeCopyOf(stored) : stored;
      Tensor placed = device.is_cpu() ? near : stored.to(device, type);
      tensors.put(name, placed.retainReference());
      storedTypes.put(name, type);
    }
  }

  private void addFrozen(String name, Function<String, Tensor> source) {
    try (PointerScope scope = new PointerScope()) {
      storedTypes.put(name, source.apply(name).scalar_type().intern());
    }
    frozen.add(name, () -> new Tensor(source.apply(name)));
  }

  public Device device() {
    return device;
  }

  /** The type that the forward pass computes in. */
  public Precision precision() {
    return precision;
  }

  /** Every name, in the order of the forward pass. */
  public Set<String> names() {
    return Collections.unmodifiableSet(storedTypes.keySet());
  }

  /** The tensor for use in a forward pass: in the computing type, connected to its master. */
  public Tensor get(String name) {
    ScalarType type = precision.scalarType();
    if (frozen.has(name)) {
      return frozen.forUse(name, type);
    }
    Tensor tensor = held(name);
    return tensor.scalar_type().intern() == type ? tensor : tensor.to(type);
  }

  /**
   * Begins a pass that uses the frozen matrices of these layers in this order. Only where processes
   * share them it does anything; there a matrix can be had in a pass only.
   */
  public LayerPass pass(List<Integer> layers) {
    return frozen.pass(layers);
  }

  /**
   * The tensor as it is held: stored bytes where frozen, the float32 master where trainable.
   *
   * @throws IllegalStateException where it is held quantised
   */
  public Tensor held(String name) {
    if (frozen.has(name)) {
      return frozen.stored(name);
    }
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no parameter named " + name);
    }
    return tensor;
  }

  /** The type that the checkpoint stores a parameter in. */
  public ScalarType storedType(String name) {
    ScalarType type = storedTypes.get(name);
    if (type == null) {
      throw new IllegalArgumentException("no parameter named " + name);
    }
    return type;
  }

  /** Gives these parameters a float32 master (float64 in proofs); all others become frozen. */
  public void train(Collection<String> names) {
    freezeAll();
    for (String name : names) {
      try (PointerScope scope = new PointerScope()) {
        requireChangeable(name);
        Tensor stored = held(name);
        Tensor master =
            stored
                .detach()
                .to(precision.master().scalarType(), false, true, new MemoryFormatOptional())
                .contiguous();
        master.requires_grad_(true);
        replace(name, master.retainReference());
        trainable.add(name);
      }
    }
  }

  /** Turns every trained master into a plain parameter in the type that the checkpoint stores. */
  public void freezeAll() {
    for (String name : trainable) {
      try (PointerScope scope = new PointerScope()) {
        replace(name, trained(name).retainReference());
      }
    }
    trainable.clear();
  }

  /** The names that gradients flow to, in the order of the forward pass. */
  public List<String> trainableNames() {
    List<String> names = new ArrayList<>(storedTypes.keySet());
    names.retainAll(trainable);
    return names;
  }

  public boolean isTrainable(String name) {
    return trainable.contains(name);
  }

  /** A parameter in the type that the checkpoint stores, detached from any graph. */
  public Tensor trained(String name) {
    Tensor plain = held(name).detach();
    ScalarType type = storedTypes.get(name);
    return plain.scalar_type().intern() == type ? plain : plain.to(type);
  }

  /**
   * The same parameters as they are now, none trainable: trained ones are copied in the type that
   * the checkpoint stores, all others are shared. The caller closes it, before these.
   */
  public Parameters frozenCopy() {
    Parameters copy = new Parameters(device, precision, frozen, false);
    for (String name : names()) {
      if (frozen.has(name)) {
        copy.storedTypes.put(name, storedTypes.get(name));
      } else {
        copy.add(name, this::plain, false);
      }
    }
    return copy;
  }

  /** In the stored type; of its own where training would change it. */
  private Tensor plain(String name) {
    return isTrainable(name)
        ? held(name).detach().to(storedTypes.get(name), false, true, new MemoryFormatOptional())
        : held(name);
  }

  /** Overwrites a parameter's values, whatever type they come in; shape must agree. */
  public void assign(String name, Tensor values) {
    try (PointerScope scope = new PointerScope()) {
      requireChangeable(name);
      Tensor target = held(name);
      if (trainable.contains(name)) {
        target.detach().copy_(values);
      } else {
        Tensor own =
            values
                .detach()
                .to(device, storedTypes.get(name), false, true, new MemoryFormatOptional());
        replace(name, own.contiguous().retainReference());
      }
    }
  }

  /** The first of these parameters that holds a NaN or an infinity. */
  public Optional<String> firstNonFinite(Collection<String> names) {
    for (String name : names) {
      try (PointerScope scope = new PointerScope()) {
        boolean finite =
            frozen.has(name)
                ? frozen.isFinite(name)
                : torch.isfinite(held(name).detach()).all().item_bool();
        if (!finite) {
          return Optional.of(name);
        }
      }
    }
    return Optional.empty();
  }

  /** Takes tensors in their stored types as they are; none is trainable afterwards. */
  void putBack(Map<String, Tensor> stored) {
    trainable.clear();
    stored.forEach(this::replace);
  }

  private void requireChangeable(String name) {
    if (frozen.has(name)) {
      throw new IllegalStateException(name + " was loaded as a frozen matrix");
    }
  }

  private void replace(String name, Tensor tensor) {
    Tensor old = tensors.put(name, tensor);
    if (old != null) {
      old.close();
    }
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
    trainable.clear();
    if (ownsFrozen) {
      frozen.close();
    }
  }
}
