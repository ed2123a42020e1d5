package org.cofitune.method;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.cofitune.data.PackedBatch;
import org.cofitune.importance.SeededDropout;
import org.cofitune.model.Parameters;
import org.cofitune.model.adapter.AdaptedModule;
import org.cofitune.model.adapter.AdapterDropout;
import org.cofitune.train.UpdateRule;
import org.jspecify.annotations.Nullable;

/**
 * Dropout of adapters' inputs, drawn from the seed, the step, the row's number in the step, and the
 * module. So neither how rows are cut into batches, nor running a layer again, nor an interruption
 * changes what is dropped. Scored rows lose nothing.
 */
final class BatchDropout implements UpdateRule, AdapterDropout {
  private final double probability;
  private final long seed;
  private final Parameters parameters;
  private long step;
  private int firstRow;
  private @Nullable PackedBatch batch;

  /**
   * Dropout of one training.
   *
   * @param parameters give device and number type
   */
  BatchDropout(double probability, long seed, Parameters parameters) {
    this.probability = probability;
    this.seed = seed;
    this.parameters = parameters;
  }

  @Override
  public void beginBatch(long newStep, int newFirstRow, PackedBatch newBatch) {
    step = newStep;
    firstRow = newFirstRow;
    batch = newBatch;
  }

  @Override
  public void endBatch() {
    batch = null;
  }

  @Override
  public Tensor drop(AdaptedModule module, Tensor input) {
    PackedBatch trained = batch;
    if (trained == null) {
      return input;
    }
    return input.mul(mask(module, trained, input.size(1)));
  }

  /** {@code [tokens, columns]}, each row of the step with its own. */
  private Tensor mask(AdaptedModule module, PackedBatch trained, long columns) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      SeededDropout dropout =
          new SeededDropout(
              probability, seed, 0, parameters.device(), parameters.precision().scalarType());
      TensorVector masks = new TensorVector();
      for (int s = 0; s < trained.sequences(); s++) {
        long[] place = {step, firstRow + s, module.layer(), module.projection().path().hashCode()};
        masks.push_back(dropout.mask(place, trained.length(s), columns));
      }
      Tensor mask = torch.cat(masks, 0);
      outer.attach(mask);
      return mask;
    }
  }
}
