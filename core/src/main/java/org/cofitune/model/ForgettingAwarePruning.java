package org.cofitune.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Checkpoint;

/**
 * Takes back that part of a training which forgets most: the Forgetting-Aware Pruning Metric of
 * Huang, Cheng and Wang 2025 ("Mitigating Catastrophic Forgetting in Large Language Models with
 * Forgetting-aware Pruning", arXiv 2509.08255). Every number of a tensor is worth
 *
 * <pre>{@code |change| - mean|base| * |change| / |base|}</pre>
 *
 * what it changes, less how far that is from the base in proportion, the mean taken over the
 * tensor. The share of the tensor's numbers that is worth most keeps the tuned value, all others
 * have the base's bytes again. A number that did not change is worth 0.
 */
public final class ForgettingAwarePruning {
  private static final String DESCRIPTION = "pruning";

  private ForgettingAwarePruning() {}

  /**
   * Checks the share that is kept.
   *
   * @throws CofituneException of kind RECIPE, at {@code key}, for one that is not from 0 to 1
   */
  public static void requireShare(String key, double keep) {
    if (!(keep >= 0 && keep <= 1)) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible share of a change")
          .at(key)
          .expected("0 to 1")
          .found(keep)
          .next("correct the value")
          .build();
    }
  }

  /**
   * Writes a pruned delta as a new directory; its description says how it was pruned.
   *
   * @param keep share of every tensor that keeps its tuned values, 0 to 1
   * @throws CofituneException of kind FORMAT if the delta has another base, of kind RECIPE if the
   *     directory is in use
   */
  public static void write(Checkpoint base, Delta delta, double keep, Path target) {
    requireShare("keep", keep);
    delta.description().requireBase(base);
    Map<String, String> sources =
        CheckpointParameters.match(
            base.directory(), ModelConfigReader.read(base.directory()), base.specs());
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (String name : delta.names()) {
        String source = sources.get(name);
        delta.requireFit(name, source == null ? List.of() : base.entry(source).spec().shape());
        tensors.put(name, prune(base.tensor(source), delta.tensor(name), keep));
      }
      Delta.write(target, tensors, described(delta.description(), keep));
    }
  }

  private static DeltaDescription described(DeltaDescription whole, double keep) {
    ObjectNode method = whole.method().deepCopy();
    method.putObject(DESCRIPTION).put("metric", "fapm").put("keep", keep);
    return new DeltaDescription(
        whole.region(),
        whole.basePath(),
        whole.baseFingerprint(),
        whole.baseSample(),
        method,
        whole.recipe());
  }

  /**
   * A tensor of which only a share keeps its tuned values; of numbers worth the same the first.
   *
   * @param base the base's tensor
   * @param tuned the tuned one in the same type and shape
   * @param keep the share, 0 to 1; its numbers are rounded to the nearest count
   */
  static Tensor prune(Tensor base, Tensor tuned, double keep) {
    long count = Math.round(keep * tuned.numel());
    if (count == tuned.numel()) {
      return tuned;
    }
    if (count == 0) {
      return base;
    }
    Tensor from = base.flatten();
    Tensor to = tuned.flatten();
    Tensor kept = worth(from, to).argsort(true, 0, true).narrow(0, 0, count);
    return from.index_copy(0, kept, to.index_select(0, kept)).view_as(tuned);
  }

  /** What every number is worth, in float32 or wider; {@code [numbers]} in and out. */
  private static Tensor worth(Tensor base, Tensor tuned) {
    ScalarType stored = base.scalar_type().intern();
    ScalarType wide = stored == ScalarType.Double ? stored : ScalarType.Float;
    Tensor size = base.to(wide).abs();
    Tensor change = tuned.to(wide).sub(base.to(wide)).abs();
    Tensor proportion = change.div(size).mul(size.mean());
    return change.sub(proportion).masked_fill(change.eq(new Scalar(0.0)), new Scalar(0.0));
  }
}
