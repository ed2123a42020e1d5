package org.cofitune.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.model.ParameterNames;
import org.jspecify.annotations.Nullable;

/**
 * What the processes of a run tell each other within an optimizer step. Every trained tensor has
 * one owner, which alone has its moments, sums the gradients of all, and moves it; the others then
 * get the moved tensor (Rajbhandari and others, "ZeRO", 2020, stage 1, by whole tensors).
 */
final class SharedStep {
  private static final int FAULT_PARTS = 3;

  private final List<TrainedTensor> tensors;
  private final ProcessGroup group;
  private final TensorOwners owners;
  private final List<TrainedTensor> own;
  private final List<ProcessGroup.Pending> sums = new ArrayList<>();
  private final Set<String> begun = new HashSet<>();

  SharedStep(TrainingTask task) {
    this.tensors = task.tensors();
    this.group = task.ranks().group();
    this.owners = new TensorOwners(tensors, group.size());
    this.own = owners.ownedBy(group.rank(), tensors);
  }

  /** The tensors that this process moves. */
  List<TrainedTensor> own() {
    return own;
  }

  TensorOwners owners() {
    return owners;
  }

  /**
   * Begins to sum the gradients of a layer's tensors over all processes, each at its owner, while
   * the layers below are on their way back. All processes call it for the same layers in the same
   * order: from the last one down.
   */
  void beginSums(int layer) {
    begin(tensor -> ParameterNames.layerOf(tensor.name()) == layer);
  }

  /**
   * Sums every gradient over all processes, at its owner; the others let theirs go. What has begun
   * is waited for.
   */
  void sumGradients(int layers) {
    if (group.isAlone()) {
      return;
    }
    for (int layer = layers - 1; layer >= 0; layer--) {
      beginSums(layer); // of a process that had no row, or left its rows early
    }
    begin(tensor -> true);
    ProcessGroup.Pending.awaitAll(sums);
    sums.clear();
    begun.clear();
    GradientNorm.clear(tensors.stream().filter(tensor -> !own.contains(tensor)).toList());
  }

  private void begin(Predicate<TrainedTensor> which) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      for (TrainedTensor tensor : tensors) {
        if (which.test(tensor) && begun.add(tensor.name())) {
          if (!tensor.hasGradient()) {
            tensor.master().mutable_grad().put(torch.zeros_like(tensor.master()));
          }
          sums.add(group.sumInto(owners.of(tensor), tensor.gradient()));
        }
      }
    }
  }

  /** The norm over the gradients of all tensors, each counted at its owner. */
  double gradientNorm() {
    double norm = GradientNorm.of(own);
    return group.isAlone() ? norm : Math.sqrt(group.sum(norm * norm)[0]);
  }

  /** Gives every process the tensors as their owners have moved them. */
  void spreadMoved() {
    copyFrom(owners::of);
  }

  /** Gives every process the first one's tensors, so that all begin with the same. */
  void spreadFirst() {
    copyFrom(tensor -> 0);
  }

  private void copyFrom(ToIntFunction<TrainedTensor> source) {
    if (group.isAlone()) {
      return;
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      List<ProcessGroup.Pending> copies = new ArrayList<>();
      for (TrainedTensor tensor : tensors) {
        Tensor values = tensor.master().detach();
        copies.add(group.copyOf(source.applyAsInt(tensor), values));
      }
      ProcessGroup.Pending.awaitAll(copies);
    }
  }

  /**
   * The fault of the first process that has one; empty where none has.
   *
   * @param fault of this process, in rows of the step
   * @param rows of the step
   */
  Optional<OptimizerStep.NonFinite> first(
      OptimizerStep.@Nullable NonFinite fault, List<TokenizedExample> rows) {
    if (group.isAlone()) {
      return Optional.ofNullable(fault);
    }
    int rank = Math.toIntExact(group.least(fault == null ? group.size() : group.rank()));
    if (rank == group.size()) {
      return Optional.empty();
    }
    String[] told =
        group.textOf(rank, fault == null ? "" : text(fault, rows)).split("\n", FAULT_PARTS);
    int begin = Integer.parseInt(told[0]);
    int end = Integer.parseInt(told[1]);
    return Optional.of(new OptimizerStep.NonFinite(told[2], rows.subList(begin, end)));
  }

  private static String text(OptimizerStep.NonFinite fault, List<TokenizedExample> rows) {
    int begin = rows.indexOf(fault.rows().get(0));
    return begin + "\n" + (begin + fault.rows().size()) + "\n" + fault.what();
  }
}
