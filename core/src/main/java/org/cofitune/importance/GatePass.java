package org.cofitune.importance;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.data.PackedBatch;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.Parameters;
import org.cofitune.train.ActivationMemory;

/**
 * The gradient of the divergence between two dropout passes with respect to the gates (METHOD.md
 * section 4). Nothing else gets a gradient: memory goes to activations, and with {@link
 * ActivationMemory#RECOMPUTE} to those of one layer at a time. Both settings give the same bits.
 *
 * <pre>{@code
 * try (GatePass pass = new GatePass(model.config(), model.parameters(), RECOMPUTE)) {
 *   double divergence = pass.accumulate(batch, masks);
 *   UnitValues gradients = pass.takeGradients();
 * }
 * }</pre>
 *
 * Not thread-safe.
 */
public final class GatePass implements AutoCloseable {
  private final Parameters parameters;
  private final Gates gates;
  private final GatedProjections projections;
  private final Decoder decoder;
  private final OutputDivergence divergence;
  private final ActivationMemory memory;

  /**
   * A pass over a model whose parameters are all frozen.
   *
   * @param memory what is kept of the layers for the way back
   */
  public GatePass(ModelConfig config, Parameters parameters, ActivationMemory memory) {
    if (!parameters.trainableNames().isEmpty()) {
      throw new IllegalStateException("importance needs frozen parameters");
    }
    this.parameters = parameters;
    this.memory = memory;
    this.gates = new Gates(config, parameters);
    this.projections =
        new GatedProjections(Decoder.plainProjections(config, parameters), gates, config);
    this.decoder = new Decoder(config, parameters, projections);
    this.divergence = new OutputDivergence(decoder);
  }

  /**
   * Adds the gradient of {@code sum over all positions of KL(pass 1 || pass 0)} to the gates.
   *
   * @param masks of both passes
   * @return the summed divergence
   */
  public double accumulate(PackedBatch batch, DropoutMasks masks) {
    TwinBatch twin = new TwinBatch(batch, masks);
    projections.expect(twin);
    try (PointerScope scope = new PointerScope()) {
      ForwardPass pass =
          decoder.packed(
              twin.offsets(),
              new GatedAttention(decoder.config().attention(), gates, twin, parameters.device()));
      Tensor ids = HostTensors.ofIds(twin.ids()).to(parameters.device(), ScalarType.Long);
      Tensor embedded = decoder.embed(ids);
      return memory == ActivationMemory.KEEP
          ? divergence.backward(decoder.layers(0, decoder.layers(), embedded, pass))
          : recomputing(embedded, pass);
    }
  }

  private double recomputing(Tensor embedded, ForwardPass pass) {
    Deque<Tensor> inputs = new ArrayDeque<>();
    Tensor hidden = embedded;
    try (NoGradGuard noGrad = new NoGradGuard()) {
      for (int layer = 0; layer < decoder.layers(); layer++) {
        inputs.push(hidden);
        hidden = decoder.layer(layer, hidden, pass);
      }
    }
    Tensor top = hidden.detach().requires_grad_(true);
    double sum = divergence.backward(top);
    Tensor gradient = new Tensor(top.grad());
    for (int layer = decoder.layers() - 1; layer >= 0; layer--) {
      gradient = backwardLayer(layer, inputs.pop(), gradient, pass);
    }
    return sum;
  }

  /** Runs a layer again and takes the gradient from its output to its gates and its input. */
  private Tensor backwardLayer(int layer, Tensor input, Tensor gradient, ForwardPass pass) {
    PointerScope outer = PointerScope.getInnerScope();
    boolean passOn = layer > 0;
    try (PointerScope scope = new PointerScope()) {
      Tensor leaf = input.detach().requires_grad_(passOn);
      OutputDivergence.backward(decoder.layer(layer, leaf, pass), gradient);
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

  /** The gates' gradients since the last call; the next ones begin at zero. */
  public UnitValues takeGradients() {
    return gates.takeGradients();
  }

  /** Frees the gates; the parameters stay. */
  @Override
  public void close() {
    decoder.close();
    gates.close();
  }
}
