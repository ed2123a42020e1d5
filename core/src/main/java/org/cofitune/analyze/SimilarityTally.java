package org.cofitune.analyze;

import static org.bytedeco.pytorch.global.torch.cosine_similarity;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Adds up how alike the hidden states of two models are, layer by layer. */
final class SimilarityTally {
  /** The unbiased estimator divides by n - 3. */
  private static final long FEWEST_POSITIONS = 4;

  /** Rows of a Gram matrix that a long batch is cut to. */
  private static final long MOST_POSITIONS = 1024;

  private static final long HIDDEN = 1;
  private static final double COSINE_EPS = 1e-8;

  private final int positions;
  private final int lowestLayer;
  private final double[] cosine;
  private final double[] baseKernel;
  private final double[] tunedKernel;
  private final double[] sharedKernel;

  /**
   * An empty tally.
   *
   * @param positions how many will be read of every layer
   * @param lowestLayer below it both models are the same
   */
  SimilarityTally(int layers, int positions, int lowestLayer) {
    this.positions = positions;
    this.lowestLayer = lowestLayer;
    this.cosine = new double[layers];
    this.baseKernel = new double[layers];
    this.tunedKernel = new double[layers];
    this.sharedKernel = new double[layers];
  }

  /**
   * Some positions of every layer, a batch of them.
   *
   * @param base {@code [positions, hidden]} for each layer
   * @param tuned the same of the tuned model
   */
  void add(List<Tensor> base, List<Tensor> tuned) {
    for (int layer = Math.max(0, lowestLayer); layer < base.size(); layer++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor x = base.get(layer).to(ScalarType.Double);
        Tensor y = tuned.get(layer).to(ScalarType.Double);
        cosine[layer] += cosine_similarity(x, y, HIDDEN, COSINE_EPS).sum().item_double();
        if (x.size(0) >= FEWEST_POSITIONS) {
          addKernels(layer, kernel(x), kernel(y));
        }
      }
    }
  }

  private void addKernels(int layer, Tensor x, Tensor y) {
    baseKernel[layer] += independence(x, x);
    tunedKernel[layer] += independence(y, y);
    sharedKernel[layer] += independence(x, y);
  }

  /** Inner products of all pairs of positions, none with itself. */
  private static Tensor kernel(Tensor states) {
    Tensor few = states.narrow(0, 0, Math.min(MOST_POSITIONS, states.size(0)));
    Tensor centred = few.sub(few.mean(new long[] {0}, true, new ScalarTypeOptional()));
    return centred.mm(centred.t()).fill_diagonal_(new Scalar(0.0), false);
  }

  /** The unbiased estimator of the Hilbert-Schmidt independence criterion (Song et al. 2012). */
  private static double independence(Tensor k, Tensor l) {
    double n = k.size(0);
    double both = k.mul(l).sum().item_double();
    double apart = k.sum().item_double() * l.sum().item_double() / ((n - 1) * (n - 2));
    double rows = k.sum(0).mul(l.sum(0)).sum().item_double() * 2 / (n - 2);
    return (both + apart - rows) / (n * (n - 3));
  }

  SimilarityReadings readings() {
    List<Double> cosines = new ArrayList<>();
    List<@Nullable Double> alignments = new ArrayList<>();
    for (int layer = 0; layer < cosine.length; layer++) {
      boolean same = layer < lowestLayer;
      cosines.add(same ? 1 : cosine[layer] / positions);
      alignments.add(same ? Double.valueOf(1) : alignment(layer));
    }
    return new SimilarityReadings(cosines, alignments);
  }

  private @Nullable Double alignment(int layer) {
    double scale = baseKernel[layer] * tunedKernel[layer];
    return scale > 0 ? sharedKernel[layer] / Math.sqrt(scale) : null;
  }
}
