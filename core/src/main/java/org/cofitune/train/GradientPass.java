package org.cofitune.train;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostMemory;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;
import org.cofitune.model.LayerPass;
import org.jspecify.annotations.Nullable;

/**
 * Forward and backward pass of one micro batch. Layers below the lowest trained one run without
 * gradients and keep nothing; from there on either everything is kept for the way back, or each
 * layer's input only, here or on the host, and the layer runs again ({@link
 * ActivationMemory#RECOMPUTE}); the last layer does not, since its way back comes at once. All give
 * the same bits. Behind the last attention only the positions that the loss reads are computed.
 */
public final class GradientPass {
  private final Decoder decoder;
  private final @Nullable ReferenceTerm reference;
  private final OutputLoss loss;
  private final int lowestLayer;
  private final ActivationMemory memory;
  private final FrozenPrefix prefix;

  /**
   * A pass for a region.
   *
   * @param lowestLayer the lowest layer with something to train; -1 for the embedding
   */
  public GradientPass(
      Decoder decoder, TokenObjective objective, int lowestLayer, ActivationMemory memory) {
    this(decoder, objective, lowestLayer, memory, FrozenPrefix.computed(decoder));
  }

  /** A pass that takes what lies below the lowest trained layer from elsewhere, say a cache. */
  public GradientPass(
      Decoder decoder,
      TokenObjective objective,
      int lowestLayer,
      ActivationMemory memory,
      FrozenPrefix prefix) {
    this(decoder, objective, null, lowestLayer, memory, prefix);
  }

  /** A pass that compares with another model, where {@code reference} is not null. */
  GradientPass(
      Decoder decoder,
      TokenObjective objective,
      @Nullable ReferenceTerm reference,
      int lowestLayer,
      ActivationMemory memory,
      FrozenPrefix prefix) {
    this.decoder = decoder;
    this.reference = reference;
    this.loss = new OutputLoss(decoder, objective, reference);
    this.lowestLayer = lowestLayer;
    this.memory = memory;
    this.prefix = prefix;
  }

  /**
   * Adds the gradient of {@code scale * summed loss} to the trained parameters' gradients.
   *
   * @param scale 1 / supervised tokens of the whole optimizer step, all micro batches and ranks
   *     together
   * @return the summed loss, not scaled
   */
  public double accumulate(PackedBatch batch, double scale) {
    return accumulateAll(batch, scale).minimised();
  }

  /** As {@link #accumulate}, with everything that is summed on the way. */
  LossSums accumulateAll(PackedBatch batch, double scale) {
    try (PointerScope scope = new PointerScope()) {
      LayerPass layers = begin(thereAndBack());
      ForwardPass pass = decoder.packed(batch.offsets());
      Tensor frozen = frozenPrefix(batch, pass);
      LossSums sums =
          memory == ActivationMemory.KEEP
              ? keeping(batch, pass, frozen, scale)
              : recomputing(batch, pass, frozen, scale, layer -> {});
      layers.end();
      return sums;
    }
  }

  /**
   * As the other, layer by layer on the way back.
   *
   * @param finished told of every layer, the last one first, as soon as this batch's gradients of
   *     its parameters are there
   */
  LossSums accumulateAll(PackedBatch batch, double scale, IntConsumer finished) {
    try (PointerScope scope = new PointerScope()) {
      LayerPass layers = begin(thereAndBack());
      ForwardPass pass = decoder.packed(batch.offsets());
      Tensor frozen = frozenPrefix(batch, pass);
      LossSums sums =
          memory == ActivationMemory.KEEP
              ? keepingByLayer(batch, pass, frozen, scale, finished)
              : recomputing(batch, pass, frozen, scale, finished);
      layers.end();
      return sums;
    }
  }

  /**
   * Takes part in another process's pass without a batch of its own: gathers what the other
   * gathers, and tells of the same layers between the same ones.
   *
   * @param finished as in {@link #accumulateAll(PackedBatch, double, IntConsumer)}
   */
  void standBy(IntConsumer finished) {
    LayerPass layers = begin(thereAndBack());
    there().forEach(layers::arrive);
    finished.accept(last());
    for (int layer : back()) {
      layers.arrive(layer);
      finished.accept(layer);
    }
    layers.end();
  }

  /** Takes part in another process's {@link #evaluate} without a batch of its own. */
  void standByEvaluation() {
    LayerPass layers = begin(range(0, decoder.layers()));
    range(0, decoder.layers()).forEach(layers::arrive);
    layers.end();
  }

  private LayerPass begin(List<Integer> layers) {
    return decoder.parameters().pass(layers);
  }

  private List<Integer> thereAndBack() {
    return Stream.concat(there().stream(), back().stream()).toList();
  }

  /** The layers that run on the way to the loss, the reference's after all others. */
  private List<Integer> there() {
    List<Integer> own = range(0, decoder.layers());
    return reference == null
        ? own
        : Stream.concat(own.stream(), range(firstLayer(), decoder.layers()).stream()).toList();
  }

  /** The layers below the last one that gradients pass, downwards. */
  private List<Integer> back() {
    return range(firstLayer(), last()).stream().sorted(Comparator.reverseOrder()).toList();
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  /** The summed cross entropy of a batch, without gradients. */
  public double evaluate(PackedBatch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      LayerPass layers = begin(range(0, decoder.layers()));
      ForwardPass pass = decoder.packed(batch.offsets());
      Tensor frozen = frozenPrefix(batch, pass);
      Tensor hidden = decoder.layersAt(supervised(batch), firstLayer(), frozen, pass);
      double sum = loss.forward(hidden, targets(batch));
      layers.end();
      return sum;
    }
  }

  /** The input of the lowest trained layer; the embedded tokens where the embedding is trained. */
  private Tensor frozenPrefix(PackedBatch batch, ForwardPass pass) {
    return lowestLayer > 0 ? prefix.below(lowestLayer, batch, pass) : decoder.embed(ids(batch));
  }

  /** What the reference makes of the supervised positions; the frozen layers are not run again. */
  private @Nullable Tensor referenceHidden(PackedBatch batch, ForwardPass pass, Tensor frozen) {
    if (reference == null) {
      return null;
    }
    Decoder other = reference.reference();
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor input = trainsEmbedding() ? other.embed(ids(batch)) : frozen.detach();
      return other.layersAt(supervised(batch), firstLayer(), input, pass);
    }
  }

  private LossSums keeping(PackedBatch batch, ForwardPass pass, Tensor frozen, double scale) {
    Tensor selected = decoder.layersAt(supervised(batch), firstLayer(), frozen, pass);
    return loss.backward(selected, referenceHidden(batch, pass, frozen), targets(batch), scale);
  }

  /** A layer's detached input, and what it made of it. */
  private record Kept(Tensor input, Tensor output) {
    void close() {
      input.close();
      output.close();
    }
  }

  /** Keeps what {@link #keeping} does, cut between layers so that the way back can be watched. */
  private LossSums keepingByLayer(
      PackedBatch batch, ForwardPass pass, Tensor frozen, double scale, IntConsumer finished) {
    int last = last();
    Deque<Kept> kept = new ArrayDeque<>();
    Tensor hidden = frozen;
    for (int layer = firstLayer(); layer < last; layer++) {
      Tensor input = hidden.detach().requires_grad_(passesOn(layer));
      hidden = decoder.layer(layer, input, pass);
      kept.push(new Kept(input, hidden));
    }
    Tensor top = hidden.detach().requires_grad_(passesOn(last));
    Tensor selected = decoder.layersAt(supervised(batch), last, top, pass);
    LossSums sums =
        loss.backward(selected, referenceHidden(batch, pass, frozen), targets(batch), scale);
    finished.accept(last);
    Tensor gradient = passesOn(last) ? new Tensor(top.grad()) : top;
    for (int layer = last - 1; layer >= firstLayer(); layer--) {
      Kept own = kept.pop();
      OutputLoss.backward(own.output(), gradient);
      gradient.close();
      finished.accept(layer);
      gradient = passesOn(layer) ? new Tensor(own.input().grad()) : new Tensor(own.input());
      own.close();
    }
    if (trainsEmbedding()) {
      OutputLoss.backward(frozen, gradient);
    }
    return sums;
  }

  /** Whether the gradient of a layer's input is asked for. */
  private boolean passesOn(int layer) {
    return layer > firstLayer() || trainsEmbedding();
  }

  private LossSums recomputing(
      PackedBatch batch, ForwardPass pass, Tensor frozen, double scale, IntConsumer finished) {
    int last = last();
    Deque<Tensor> inputs = new ArrayDeque<>();
    Tensor hidden = frozen.detach();
    try (NoGradGuard noGrad = new NoGradGuard()) {
      for (int layer = firstLayer(); layer < last; layer++) {
        Tensor output = decoder.layer(layer, hidden, pass);
        inputs.push(kept(hidden));
        hidden = output;
      }
    }
    boolean passOn = passesOn(last);
    Tensor top = hidden.detach().requires_grad_(passOn);
    Tensor selected = decoder.layersAt(supervised(batch), last, top, pass);
    LossSums sums =
        loss.backward(selected, referenceHidden(batch, pass, frozen), targets(batch), scale);
    finished.accept(last);
    if (!passOn) {
      return sums;
    }
    Tensor gradient = new Tensor(top.grad());
    for (int layer = last - 1; layer >= firstLayer(); layer--) {
      gradient = backwardLayer(layer, back(inputs.pop()), gradient, pass);
      finished.accept(layer);
    }
    if (trainsEmbedding()) {
      OutputLoss.backward(frozen, gradient);
    }
    return sums;
  }

  /** What is kept of a layer's input until the way back. */
  private Tensor kept(Tensor input) {
    if (memory == ActivationMemory.RECOMPUTE) {
      return input;
    }
    Tensor copy = HostMemory.copyOf(input);
    input.close();
    return copy;
  }

  private Tensor back(Tensor kept) {
    if (memory == ActivationMemory.RECOMPUTE) {
      return kept;
    }
    Tensor input = HostMemory.copyTo(decoder.parameters().device(), kept);
    kept.close();
    return input;
  }

  /** Runs a layer again and takes the gradient from its output to its input. */
  private Tensor backwardLayer(int layer, Tensor input, Tensor gradient, ForwardPass pass) {
    PointerScope outer = PointerScope.getInnerScope();
    boolean passOn = passesOn(layer);
    try (PointerScope scope = new PointerScope()) {
      Tensor leaf = input.detach().requires_grad_(passOn);
      OutputLoss.backward(decoder.layer(layer, leaf, pass), gradient);
      input.close();
      gradient.close();
      if (!passOn) {
        return leaf;
      }
      Tensor below = new Tensor(leaf.grad());
      outer.attach(below);
      return below;
    }
  }

  private boolean trainsEmbedding() {
    return lowestLayer < 0;
  }

  private int firstLayer() {
    return Math.max(0, lowestLayer);
  }

  /**
   * The last layer; where only what follows it is trained, the one behind it, which there is not.
   */
  private int last() {
    return Math.max(firstLayer(), decoder.layers() - 1);
  }

  /** The positions that the loss reads. */
  private Tensor supervised(PackedBatch batch) {
    return HostTensors.ofIds(batch.targetPositions()).to(decoder.parameters().device(), LONG);
  }

  private Tensor ids(PackedBatch batch) {
    return HostTensors.ofIds(batch.ids()).to(decoder.parameters().device(), LONG);
  }

  private Tensor targets(PackedBatch batch) {
    return HostTensors.ofIds(batch.targets()).to(decoder.parameters().device(), LONG);
  }

  private static final ScalarType LONG = ScalarType.Long;
}
