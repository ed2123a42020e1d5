package org.cofitune.importance;

import org.bytedeco.pytorch.Tensor;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Projection;
import org.cofitune.model.ProjectionFunction;
import org.jspecify.annotations.Nullable;

/**
 * The plain projections, with gates on what {@code up_proj} and {@code down_proj} give, and dropout
 * behind the latter.
 */
final class GatedProjections implements ProjectionFunction {
  private final ProjectionFunction plain;
  private final Gates gates;
  private final int hiddenSize;
  private @Nullable TwinBatch batch;

  GatedProjections(ProjectionFunction plain, Gates gates, ModelConfig config) {
    this.plain = plain;
    this.gates = gates;
    this.hiddenSize = config.hiddenSize();
  }

  /** From now on this batch goes through. */
  void expect(TwinBatch next) {
    this.batch = next;
  }

  @Override
  public Tensor apply(int layer, Projection projection, Tensor input) {
    Tensor output = plain.apply(layer, projection, input);
    return switch (projection) {
      case UP_PROJ -> output.mul(gates.of(UnitKind.INTERMEDIATE, layer)).to(output.scalar_type());
      case DOWN_PROJ ->
          output.mul(gates.of(UnitKind.OUTPUT, layer)).mul(mask(layer)).to(output.scalar_type());
      default -> output;
    };
  }

  private Tensor mask(int layer) {
    TwinBatch current = batch;
    if (current == null) {
      throw new IllegalStateException("no batch is on its way");
    }
    return current.feedForwardMask(layer, hiddenSize);
  }
}
