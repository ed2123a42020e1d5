package org.cofitune.model;

import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;

/**
 * How the matrices of frozen layers are held during training: the seven projections of each decoder
 * layer, but for those that training changes. Norms, biases, embedding, output layer and whatever
 * is trained stay as they are stored.
 *
 * @param dtype the number type
 * @param streamed whether they stay on the host and come to the device layer by layer
 * @param sharded whether each process of a run holds its share of every layer only, and the layers
 *     are gathered from all of them one after the other
 * @param changed names of the parameters that training changes
 */
public record FrozenHolding(
    FrozenDtype dtype, boolean streamed, boolean sharded, Set<String> changed) {
  /** Every parameter on the device as it is stored. */
  public static final FrozenHolding RESIDENT =
      new FrozenHolding(FrozenDtype.STORED, false, false, Set.of());

  public FrozenHolding {
    changed = Set.copyOf(changed);
  }

  /** Whether anything is held in another way than on the device as it is stored. */
  public boolean isSpecial() {
    return streamed || sharded || dtype.isQuantised();
  }

  /** The same among so many processes: one that is alone shares with nobody. */
  public FrozenHolding among(int processes) {
    return processes > 1 ? this : new FrozenHolding(dtype, streamed, false, changed);
  }

  /** Whether a parameter is one of those matrices. */
  public boolean holds(String name) {
    return isSpecial() && ParameterNames.projectionLayer(name) >= 0 && !changed.contains(name);
  }

  /** Whether a parameter is copied out of its file, so that no page of the file stays in memory. */
  boolean copies(String name) {
    return (streamed || dtype.isQuantised()) && !changed.contains(name);
  }

  /**
   * The quantised form of a matrix.
   *
   * @throws CofituneException of kind FORMAT if it holds a NaN or an infinity
   */
  FrozenMatrix quantised(String name, Tensor stored) {
    FrozenMatrix matrix =
        switch (dtype) {
          case INT8 -> Int8Matrix.of(stored);
          case NF4 -> Nf4Matrix.of(stored);
          case STORED -> throw new IllegalStateException("stored matrices are not quantised");
        };
    if (!matrix.isFinite()) {
      matrix.close();
      throw CofituneException.of(ErrorKind.FORMAT, "a weight is not a number")
          .at("tensor " + name)
          .expected("finite values")
          .found("NaN or infinity")
          .next("fetch the checkpoint again, or ask its maker")
          .build();
    }
    return matrix;
  }
}
