package org.cofitune.importance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.ranks.ProcessGroup;
import org.cofitune.model.ModelConfig;
import org.cofitune.train.TrainedTensor;
import org.cofitune.train.UpdateRule;

/**
 * The fine level of CoFiTune (METHOD.md section 5): every output row of a trained parameter learns
 * by {@code 1 - strength * I} of its unit.
 *
 * <pre>{@code
 * try (SoftMask mask = new SoftMask(config, importance, SoftMaskSettings.of(UPDATE), log::add)) {
 *   Trainer trainer = new Trainer(task.withRule(mask), listeners);
 * }
 * }</pre>
 *
 * A row of factor 0 keeps its bits, one of factor 1 gets those it would have without the mask.
 */
public final class SoftMask implements UpdateRule, AutoCloseable {
  private final RowFactors factors;
  private final MaskTarget target;
  private final Consumer<MaskStatistics> statistics;
  private final Map<String, Rows> rows = new HashMap<>();
  private int maskedTensors;
  private double fullSquares;
  private double removedSquares;

  /**
   * Factors as tensors in a master's type and on its device.
   *
   * @param factor {@code [rows, 1]}, or {@code [rows]} for a bias
   * @param removedSquared {@code (1 - factor)^2}, {@code [rows]}
   * @param untouchable the rows of factor 0
   */
  private record Rows(Tensor factor, Tensor removedSquared, Optional<Tensor> untouchable) {
    void close() {
      factor.close();
      removedSquared.close();
      untouchable.ifPresent(Tensor::close);
    }
  }

  /**
   * A mask for a model.
   *
   * @param statistics gets what the mask did, once per step in which it did something
   */
  public SoftMask(
      ModelConfig config,
      UnitImportance importance,
      SoftMaskSettings settings,
      Consumer<MaskStatistics> statistics) {
    this.factors = new RowFactors(config, importance, settings);
    this.target = settings.target();
    this.statistics = statistics;
  }

  /** What is left of every row. */
  public RowFactors factors() {
    return factors;
  }

  @Override
  public void adjustGradients(long step, List<TrainedTensor> tensors) {
    List<TrainedTensor> masked =
        tensors.stream().filter(t -> t.hasGradient() && isMasked(t)).toList();
    maskedTensors = masked.size();
    fullSquares = 0;
    removedSquares = 0;
    if (target == MaskTarget.GRADIENT) {
      for (TrainedTensor tensor : masked) {
        try (PointerScope scope = new PointerScope()) {
          Rows tensorRows = rowsOf(tensor);
          Tensor gradient = tensor.gradient();
          measure(gradient, tensorRows);
          gradient.mul_(tensorRows.factor());
        }
      }
    }
  }

  @Override
  public boolean adjustsUpdate(TrainedTensor tensor) {
    return target == MaskTarget.UPDATE && isMasked(tensor);
  }

  @Override
  public void adjustUpdate(long step, TrainedTensor tensor, Tensor before) {
    try (PointerScope scope = new PointerScope()) {
      Rows tensorRows = rowsOf(tensor);
      Tensor moved = tensor.master().detach();
      measure(moved.sub(before), tensorRows);
      // Exact at factor 1; at factor 0 all but the sign of zero, and nothing if AdamW overflowed.
      torch.lerp_out(moved, before, moved, tensorRows.factor());
      tensorRows
          .untouchable()
          .ifPresent(index -> moved.index_copy_(0, index, before.index_select(0, index)));
    }
  }

  private boolean isMasked(TrainedTensor tensor) {
    return factors.isMasked(tensor.name());
  }

  private void measure(Tensor change, Rows tensorRows) {
    Tensor squares = change.mul(change);
    Tensor perRow = change.dim() == 1 ? squares : squares.flatten(1, -1).sum(1);
    fullSquares += perRow.sum().item_double();
    removedSquares += perRow.dot(tensorRows.removedSquared()).item_double();
  }

  @Override
  public Map<String, Double> measured(long step, ProcessGroup group) {
    double[] sums = group.sum(maskedTensors, fullSquares, removedSquares);
    if (sums[0] == 0) {
      return Map.of();
    }
    MaskStatistics found = new MaskStatistics(step, target, Math.sqrt(sums[1]), Math.sqrt(sums[2]));
    statistics.accept(found);
    return Map.of(target.measure(), found.removedShare());
  }

  private Rows rowsOf(TrainedTensor tensor) {
    return rows.computeIfAbsent(tensor.name(), name -> load(tensor));
  }

  private Rows load(TrainedTensor tensor) {
    double[] values = factors.of(tensor.name()).orElseThrow();
    List<Integer> zeros = new ArrayList<>();
    for (int row = 0; row < values.length; row++) {
      if (values[row] == 0) {
        zeros.add(row);
      }
    }
    Tensor master = tensor.master();
    Tensor factor = HostTensors.ofDoubles(values).to(master.device(), master.scalar_type());
    Tensor removed = factor.neg().add_(new Scalar(1.0));
    Optional<Tensor> untouchable =
        zeros.isEmpty()
            ? Optional.empty()
            : Optional.of(
                HostTensors.ofIds(zeros.stream().mapToInt(Integer::intValue).toArray())
                    .to(master.device(), ScalarType.Long)
                    .retainReference());
    return new Rows(
        (master.dim() == 1 ? factor : factor.unsqueeze(1)).retainReference(),
        removed.mul(removed).retainReference(),
        untouchable);
  }

  /** Frees the factors. */
  @Override
  public void close() {
    rows.values().forEach(Rows::close);
    rows.clear();
  }
}
