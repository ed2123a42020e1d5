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
import org.cofitune.engine.Precision;

/**
 * A decoder's parameters by Hugging Face name. Frozen ones stay as they are stored and are widened
 * for the moment of their use; a trainable one is a float32 master that gradients flow to.
 *
 * <p>Owns its tensors: {@link #close} frees them.
 */
public final class Parameters implements AutoCloseable {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, ScalarType> storedTypes = new LinkedHashMap<>();
  private final Set<String> trainable = new LinkedHashSet<>();
  private final Device device;
  private final Precision precision;

  private Parameters(Device device, Precision precision) {
    this.device = device;
    this.precision = precision;
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
    Parameters parameters = new Parameters(device, precision);
    for (String name : names) {
      try (PointerScope scope = new PointerScope()) {
        Tensor stored = new Tensor(source.apply(name));
        ScalarType type = stored.scalar_type().intern();
        Tensor placed = device.is_cpu() ? stored : stored.to(device, type);
        parameters.tensors.put(name, placed.retainReference());
        parameters.storedTypes.put(name, type);
      }
    }
    return parameters;
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
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /** The tensor for use in a forward pass: in the computing type, connected to its master. */
  public Tensor get(String name) {
    Tensor tensor = held(name);
    ScalarType type = precision.scalarType();
    return tensor.scalar_type().intern() == type ? tensor : tensor.to(type);
  }

  /** The tensor as it is held: stored bytes where frozen, the float32 master where trainable. */
  public Tensor held(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no parameter named " + name);
    }
    return tensor;
  }

  /** The type that the checkpoint stores a parameter in. */
  public ScalarType storedType(String name) {
    held(name);
    return storedTypes.get(name);
  }

  /** Gives these parameters a float32 master (float64 in proofs); all others become frozen. */
  public void train(Collection<String> names) {
    freezeAll();
    for (String name : names) {
      try (PointerScope scope = new PointerScope()) {
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
    List<String> names = new ArrayList<>(tensors.keySet());
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
   * the checkpoint stores, all others are shared. The caller closes it.
   */
  public Parameters frozenCopy() {
    return load(names(), this::plain, device, precision);
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
        if (!torch.isfinite(held(name).detach()).all().item_bool()) {
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
  }
}
