package org.cofitune.model;

import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.linalg_vector_norm;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.rsqrt;
import static org.bytedeco.pytorch.global.torch.silu;
import static org.bytedeco.pytorch.global.torch.silu_;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Precision;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of every family (METHOD.md section 1), over flat tokens: sequences lie one after
 * the other without padding.
 *
 * <pre>{@code
 * ForwardPass pass = decoder.packed(offsets);
 * Tensor hidden = decoder.embed(ids);                  // [tokens, hidden]
 * for (int layer = 0; layer < decoder.layers(); layer++) {
 *   hidden = decoder.layer(layer, hidden, pass);
 * }
 * Tensor logits = decoder.logits(decoder.finalNorm(hidden));
 * }</pre>
 *
 * Gradients flow to the parameters that are trainable and nowhere else. Not thread-safe.
 */
public final class Decoder implements AutoCloseable {
  private final ModelConfig config;
  private final Parameters parameters;
  private final ProjectionFunction projections;
  private final RotaryCache rotary;
  private final WindowMask windowMask;

  /** A decoder whose projections are the plain ones. */
  public Decoder(ModelConfig config, Parameters parameters) {
    this(config, parameters, plainProjections(config, parameters));
  }

  /** A decoder with wrapped projections. */
  public Decoder(ModelConfig config, Parameters parameters, ProjectionFunction projections) {
    this.config = config;
    this.parameters = parameters;
    this.projections = projections;
    this.rotary =
        new RotaryCache(new RotaryEmbedding(config), parameters.device(), parameters.precision());
    this.windowMask = new WindowMask(config.attention().slidingWindow(), parameters.device());
  }

  /** Multiplication by the weights, plus the bias where there is one. */
  public static ProjectionFunction plainProjections(ModelConfig config, Parameters parameters) {
    return (layer, projection, input) -> {
      Tensor weight = parameters.get(projection.weight(layer));
      return config.hasBias(projection)
          ? linear(input, weight, new TensorOptional(parameters.get(projection.bias(layer))))
          : linear(input, weight);
    };
  }

  public ModelConfig config() {
    return config;
  }

  public Parameters parameters() {
    return parameters;
  }

  /** Number of layers. */
  public int layers() {
    return config.numHiddenLayers();
  }

  /**
   * A pass over whole sequences that see only themselves.
   *
   * @param offsets where each sequence starts, and after the last its end
   */
  public ForwardPass packed(int[] offsets) {
    return new ForwardPass(
        rotary.forSequences(offsets), new PackedAttention(config.attention(), offsets, windowMask));
  }

  /** A pass over whole sequences with another kernel, for example one with gates. */
  public ForwardPass packed(int[] offsets, AttentionKernel attention) {
    return new ForwardPass(rotary.forSequences(offsets), attention);
  }

  /**
   * A pass over tokens that continue sequences.
   *
   * @param starts position of each sequence's first new token
   * @param counts new tokens of each sequence
   * @param attention the kernel that knows the earlier tokens
   */
  public ForwardPass continuing(int[] starts, int[] counts, AttentionKernel attention) {
    return new ForwardPass(rotary.forContinuations(starts, counts), attention);
  }

  /** Token ids {@code [tokens]} to the residual stream {@code [tokens, hidden]}. */
  public Tensor embed(Tensor ids) {
    return embedding(parameters.get(ParameterNames.EMBEDDING), ids);
  }

  /** One decoder layer, {@code [tokens, hidden]} to the same. */
  public Tensor layer(int layer, Tensor hidden, ForwardPass pass) {
    return layer(layer, hidden, pass, null);
  }

  private Tensor layer(int layer, Tensor hidden, ForwardPass pass, @Nullable Tensor positions) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = new PointerScope()) {
      Tensor attended = attention(layer, hidden, pass);
      // Sums in place: a projection's result is needed by nobody else, on the way back neither.
      Tensor middle =
          projections
              .apply(layer, Projection.O_PROJ, at(positions, attended))
              .add_(at(positions, hidden));
      Tensor output = feedForward(layer, middle).add_(middle);
      return escaped(output, outer);
    }
  }

  private static Tensor at(@Nullable Tensor positions, Tensor rows) {
    return positions == null ? rows : rows.index_select(0, positions);
  }

  /**
   * The last layer where only some positions are read: they attend to all, and what follows the
   * attention is computed for them alone.
   *
   * @param hidden {@code [tokens, hidden]}
   * @param positions {@code [n]}, indices into the tokens
   * @return {@code [n, hidden]}
   */
  public Tensor lastLayerAt(Tensor positions, Tensor hidden, ForwardPass pass) {
    return layer(layers() - 1, hidden, pass, positions);
  }

  /**
   * The layers from one to the last, {@code [tokens, hidden]} to {@code [n, hidden]}: the same as
   * all of {@link #layers} and a choice among its rows, without the rows that nobody reads.
   */
  public Tensor layersAt(Tensor positions, int from, Tensor hidden, ForwardPass pass) {
    return from == layers()
        ? at(positions, hidden)
        : lastLayerAt(positions, layers(from, layers() - 1, hidden, pass), pass);
  }

  /** The layers {@code from ... to - 1}. */
  public Tensor layers(int from, int to, Tensor hidden, ForwardPass pass) {
    Tensor stream = hidden;
    for (int layer = from; layer < to; layer++) {
      stream = layer(layer, stream, pass);
    }
    return stream;
  }

  /** The norm before the output layer. */
  public Tensor finalNorm(Tensor hidden) {
    return norm(hidden, ParameterNames.FINAL_NORM);
  }

  /** The output layer: {@code [n, hidden]}, normalised, to {@code [n, vocab]}. */
  public Tensor logits(Tensor normalised) {
    return linear(normalised, outputWeight());
  }

  /** The output layer's weight {@code [vocab, hidden]}: the embedding where they are tied. */
  public Tensor outputWeight() {
    return parameters.get(outputName());
  }

  /** The name of the parameter that {@link #outputWeight} returns. */
  public String outputName() {
    return config.tieWordEmbeddings() ? ParameterNames.EMBEDDING : ParameterNames.OUTPUT;
  }

  /** What the heads give, {@code [tokens, numHeads * headDim]}, before the output projection. */
  private Tensor attention(int layer, Tensor hidden, ForwardPass pass) {
    AttentionConfig heads = config.attention();
    Tensor input = norm(hidden, ParameterNames.inputNorm(layer));
    Tensor query = split(projections.apply(layer, Projection.Q_PROJ, input), heads.numHeads());
    Tensor key =
        split(projections.apply(layer, Projection.K_PROJ, input), heads.numKeyValueHeads());
    Tensor value =
        split(projections.apply(layer, Projection.V_PROJ, input), heads.numKeyValueHeads());
    if (heads.queryKeyNorm()) {
      query = norm(query, ParameterNames.queryNorm(layer));
      key = norm(key, ParameterNames.keyNorm(layer));
    }
    return pass.attention()
        .attend(layer, pass.rotary().rotate(query), pass.rotary().rotate(key), value);
  }

  private Tensor feedForward(int layer, Tensor hidden) {
    Tensor input = norm(hidden, ParameterNames.postAttentionNorm(layer));
    Tensor gate = activated(projections.apply(layer, Projection.GATE_PROJ, input));
    Tensor up = projections.apply(layer, Projection.UP_PROJ, input);
    boolean kept = gate.requires_grad() || up.requires_grad();
    return projections.apply(layer, Projection.DOWN_PROJ, kept ? gate.mul(up) : gate.mul_(up));
  }

  /** In place where no gradient will ask for the input. */
  private static Tensor activated(Tensor gate) {
    return gate.requires_grad() ? silu(gate) : silu_(gate);
  }

  /** {@code [tokens, heads * headDim]} to {@code [tokens, heads, headDim]}. */
  private Tensor split(Tensor projected, int heads) {
    return projected.view(projected.size(0), heads, config.attention().headDim());
  }

  /**
   * RMSNorm over the last dimension. In a 16-bit type the mean square is taken in float32 and the
   * weight multiplies after casting back, as Hugging Face checkpoints were trained with.
   */
  private Tensor norm(Tensor input, String weightName) {
    Tensor weight = parameters.get(weightName);
    if (parameters.precision() != Precision.BFLOAT16) {
      Tensor length =
          linalg_vector_norm(
              input, new Scalar(2.0), new long[] {-1}, true, new ScalarTypeOptional());
      Tensor meanSquare = length.mul(length).mul_(new Scalar(1.0 / weight.size(0)));
      Tensor scaled = input.mul(rsqrt(meanSquare.add_(new Scalar(config.rmsNormEps()))));
      return weight.requires_grad() ? scaled.mul(weight) : scaled.mul_(weight);
    }
    Tensor wide = input.to(ScalarType.Float);
    Tensor meanSquare = wide.mul(wide).mean(new long[] {-1}, true, new ScalarTypeOptional());
    Tensor scale = rsqrt(meanSquare.add_(new Scalar(config.rmsNormEps())));
    return wide.mul(scale).to(ScalarType.BFloat16).mul(weight);
  }

  private static Tensor escaped(Tensor tensor, PointerScope outer) {
    if (outer == null) {
      return tensor.retainReference();
    }
    outer.attach(tensor);
    return tensor;
  }

  /** Frees the tables; the parameters stay. */
  @Override
  public void close() {
    rotary.close();
    windowMask.close();
  }
}
