package org.cofitune.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.data.MicroBatches;
import org.cofitune.data.PackedBatch;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Parameters;
import org.cofitune.model.Projection;

/**
 * Measures how strongly rows pull at every projection, without training anything: the squared norm
 * of the gradient of a batch's mean loss with respect to each weight matrix, as a mean over
 * batches.
 *
 * <p>Each layer runs again on the way back, and its gradients are gone before those of the layer
 * below come: at no time is there more than the gradient of one layer. Weights stay as they are.
 */
public final class GradientEnergy implements AutoCloseable {
  private final Parameters parameters;
  private final ModelConfig config;
  private final Decoder decoder;
  private final OutputLoss loss;
  private final Map<Projection, Tensor> watched = new EnumMap<>(Projection.class);
  private int watchedLayer = -1;

  /** Measures a model; none of its parameters may be trainable. */
  public GradientEnergy(Decoder model) {
    this.parameters = model.parameters();
    this.config = model.config();
    this.decoder = new Decoder(config, parameters, this::project);
    this.loss = new OutputLoss(decoder, new CrossEntropy());
  }

  /**
   * Measures rows.
   *
   * @param batchSize sequences of one forward and backward pass
   * @return by the weight's name
   */
  public Map<String, Double> of(List<TokenizedExample> rows, int batchSize) {
    List<PackedBatch> batches = MicroBatches.ofSequences(rows, batchSize).batches();
    Map<String, Double> energy = new TreeMap<>();
    for (PackedBatch batch : batches) {
      add(batch, 1.0 / batches.size(), energy);
    }
    return energy;
  }

  private void add(PackedBatch batch, double share, Map<String, Double> energy) {
    try (PointerScope scope = new PointerScope()) {
      ForwardPass pass = decoder.packed(batch.offsets());
      Deque<Tensor> inputs = new ArrayDeque<>();
      Tensor top = forward(batch, pass, inputs).detach().requires_grad_(true);
      Tensor supervised = top.index_select(0, ids(batch.targetPositions()));
      loss.backward(supervised, ids(batch.targets()), 1.0 / batch.supervisedTokens());
      Tensor gradient = new Tensor(top.grad());
      for (int layer = config.numHiddenLayers() - 1; layer >= 0; layer--) {
        gradient = backward(layer, inputs.pop(), gradient, pass, share, energy);
      }
    }
  }

  private Tensor forward(PackedBatch batch, ForwardPass pass, Deque<Tensor> inputs) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor hidden = decoder.embed(ids(batch.ids()));
      for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
        inputs.push(hidden);
        hidden = decoder.layer(layer, hidden, pass);
      }
      return hidden;
    }
  }

  /** Runs a layer again, notes its energies, and takes the gradient to its input. */
  private Tensor backward(
      int layer,
      Tensor input,
      Tensor gradient,
      ForwardPass pass,
      double share,
      Map<String, Double> energy) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      watch(layer);
      Tensor leaf = input.detach().requires_grad_(true);
      OutputLoss.backward(decoder.layer(layer, leaf, pass), gradient);
      watched.forEach(
          (projection, weight) ->
              energy.merge(projection.weight(layer), share * squaredNorm(weight), Double::sum));
      input.close();
      gradient.close();
      Tensor below = new Tensor(leaf.grad());
      outer.attach(below);
      return below;
    } finally {
      watched.clear();
      watchedLayer = -1;
    }
  }

  /** Makes views of a layer's weights that gradients flow to. */
  private void watch(int layer) {
    for (Projection projection : Projection.values()) {
      watched.put(
          projection, parameters.get(projection.weight(layer)).detach().requires_grad_(true));
    }
    watchedLayer = layer;
  }

  private Tensor project(int layer, Projection projection, Tensor input) {
    Tensor weight =
        layer == watchedLayer ? watched.get(projection) : parameters.get(projection.weight(layer));
    return config.hasBias(projection)
        ? torch.linear(input, weight, new TensorOptional(parameters.get(projection.bias(layer))))
        : torch.linear(input, weight);
  }

  private double squaredNorm(Tensor weight) {
    ScalarType wide = parameters.precision().master().scalarType();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      double norm = new Tensor(weight.grad()).to(wide).norm().item_double();
      return norm * norm;
    }
  }

  private Tensor ids(int[] values) {
    return HostTensors.ofIds(values).to(parameters.device(), ScalarType.Long);
  }

  /** Frees the tables of its decoder; the model stays. */
  @Override
  public void close() {
    decoder.close();
  }
}
