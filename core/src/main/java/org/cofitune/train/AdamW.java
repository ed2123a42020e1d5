package org.cofitune.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.BoxedOperator;
import org.cofitune.engine.HostMemory;

/**
 * AdamW with decoupled weight decay, one pass over memory per step ({@code aten::_fused_adamw_}).
 * Moments exist for the trained tensors only. Owns its state: {@link #close} frees it.
 */
public final class AdamW implements AutoCloseable {
  private final List<TrainedTensor> tensors;
  private final AdamWSettings settings;
  private final Map<String, Moments> moments = new LinkedHashMap<>();
  private final BoxedOperator fused = BoxedOperator.find("aten::_fused_adamw_", "");
  private final boolean onHost;
  private long step;

  /**
   * The state of one tensor.
   *
   * @param first running mean of the gradient
   * @param second running mean of its square
   */
  public record Moments(Tensor first, Tensor second) {}

  public AdamW(List<TrainedTensor> tensors, AdamWSettings settings) {
    this(tensors, settings, false);
  }

  /**
   * An optimizer.
   *
   * @param onHost whether the moments lie in the host's memory and come to the device one tensor
   *     after the other: the same bits, less memory, more time
   */
  public AdamW(List<TrainedTensor> tensors, AdamWSettings settings, boolean onHost) {
    this.onHost = onHost;
    this.tensors = List.copyOf(tensors);
    this.settings = settings;
    for (TrainedTensor tensor : tensors) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        moments.put(
            tensor.name(),
            new Moments(
                zeros(tensor.master()).retainReference(),
                zeros(tensor.master()).retainReference()));
      }
    }
  }

  private Tensor zeros(Tensor master) {
    return onHost ? HostMemory.zerosLike(master) : torch.zeros_like(master);
  }

  /** Moves every tensor by its gradient; a tensor without a gradient stays. */
  public void step(double learningRate) {
    step(learningRate, UpdateRule.PLAIN, step);
  }

  /**
   * Moves every tensor by its gradient, and lets a rule change the moves that it wants to change.
   *
   * @param number the training step's number, for the rule
   */
  public void step(double learningRate, UpdateRule rule, long number) {
    step++;
    Map<Boolean, List<TrainedTensor>> adjusted =
        tensors.stream()
            .filter(TrainedTensor::hasGradient)
            .collect(Collectors.partitioningBy(rule::adjustsUpdate));
    Map<Boolean, List<TrainedTensor>> plain =
        adjusted.get(false).stream().collect(Collectors.partitioningBy(TrainedTensor::decays));
    updateAll(plain.get(true), learningRate);
    updateAll(plain.get(false), learningRate);
    for (TrainedTensor tensor : adjusted.get(true)) { // one at a time: one copy at a time
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        Tensor before = tensor.master().detach().clone();
        update(List.of(tensor), learningRate);
        rule.adjustUpdate(number, tensor, before);
      }
    }
  }

  private void updateAll(List<TrainedTensor> group, double learningRate) {
    if (onHost) {
      group.forEach(tensor -> update(List.of(tensor), learningRate));
    } else {
      update(group, learningRate);
    }
  }

  /** The moments where they can be computed with. */
  private Moments near(TrainedTensor tensor) {
    Moments state = moments.get(tensor.name());
    return onHost
        ? new Moments(
            HostMemory.copyTo(tensor.master().device(), state.first()),
            HostMemory.copyTo(tensor.master().device(), state.second()))
        : state;
  }

  /** Moves tensors that either all decay or all do not. */
  private void update(List<TrainedTensor> group, double learningRate) {
    if (group.isEmpty()) {
      return;
    }
    boolean decays = group.get(0).decays();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      List<Tensor> masters = new ArrayList<>();
      List<Tensor> gradients = new ArrayList<>();
      List<Tensor> first = new ArrayList<>();
      List<Tensor> second = new ArrayList<>();
      List<Tensor> steps = new ArrayList<>();
      for (TrainedTensor tensor : group) { // on the host: one
        masters.add(tensor.master());
        gradients.add(tensor.gradient());
        Moments state = near(tensor);
        first.add(state.first());
        second.add(state.second());
        steps.add(
            torch.full(new long[0], new Scalar((double) step), torch.dtype(ScalarType.Float)));
      }
      fused.call(
          BoxedOperator.tensors(masters),
          BoxedOperator.tensors(gradients),
          BoxedOperator.tensors(first),
          BoxedOperator.tensors(second),
          BoxedOperator.tensors(List.of()),
          BoxedOperator.tensors(steps),
          new IValue(learningRate),
          new IValue(settings.beta1()),
          new IValue(settings.beta2()),
          new IValue(decays ? settings.weightDecay() : 0.0),
          new IValue(settings.epsilon()),
          new IValue(false),
          new IValue(false),
          BoxedOperator.none(),
          BoxedOperator.none());
      if (onHost) {
        Moments state = moments.get(group.get(0).name());
        state.first().copy_(first.get(0));
        state.second().copy_(second.get(0));
      }
    }
  }

  /** Steps taken so far. */
  public long steps() {
    return step;
  }

  /** The state by tensor name, for checkpoints. */
  public Map<String, Moments> moments() {
    return Map.copyOf(moments);
  }

  /** Continues from a checkpoint: the moments are copied, the step count is set. */
  public void restore(Map<String, Moments> saved, long steps) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      moments.forEach(
          (name, state) -> {
            Moments from = saved.get(name);
            if (from == null) {
              throw new IllegalArgumentException("no saved moments for " + name);
            }
            state.first().copy_(from.first());
            state.second().copy_(from.second());
          });
    }
    this.step = steps;
  }

  @Override
  public void close() {
    moments
        .values()
        .forEach(
            m -> {
              m.first().close();
              m.second().close();
            });
    moments.clear();
  }
}
