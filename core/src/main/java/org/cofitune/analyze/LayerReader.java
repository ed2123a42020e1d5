package org.cofitune.analyze;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.data.MicroBatches;
import org.cofitune.data.PackedBatch;
import org.cofitune.data.TokenizedExample;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;

/** Runs both models of a pair over rows, and reads the output of every layer. */
public final class LayerReader {
  private static final int SEQUENCES = 64;

  /** The outputs of all layers of both models are kept for so many tokens at a time. */
  private static final int BATCH_TOKENS = 1024;

  private final ModelPair pair;

  public LayerReader(ModelPair pair) {
    this.pair = pair;
  }

  /**
   * Reads rows.
   *
   * @param rows with at least one supervised token together
   * @param progress told after each batch how many rows it had
   * @param interrupted asked before each batch
   * @return empty if interrupted
   */
  public Optional<RowReadings> read(
      List<TokenizedExample> rows, IntConsumer progress, BooleanSupplier interrupted) {
    MicroBatches batches = MicroBatches.of(rows, SEQUENCES, BATCH_TOKENS);
    int positions = Math.toIntExact(batches.supervisedTokens());
    int layers = pair.config().numHiddenLayers();
    LensTally base = new LensTally(layers, positions);
    LensTally tuned = new LensTally(layers, positions);
    SimilarityTally similarity = new SimilarityTally(layers, positions, pair.lowestLayer());
    for (PackedBatch batch : batches.batches()) {
      if (interrupted.getAsBoolean()) {
        return Optional.empty();
      }
      try (NoGradGuard noGrad = new NoGradGuard();
          PointerScope scope = new PointerScope()) {
        States states = states(batch);
        Tensor targets = onDevice(batch.targets());
        new LogitLens(pair.base()).read(states.base(), targets, base);
        new LogitLens(pair.tuned()).read(states.tuned(), targets, tuned);
        similarity.add(states.base(), states.tuned());
      }
      progress.accept(batch.sequences());
    }
    return Optional.of(
        new RowReadings(
            rows.size(), positions, base.readings(), tuned.readings(), similarity.readings()));
  }

  /** Every layer's output at the supervised positions, {@code [supervised, hidden]} each. */
  private record States(List<Tensor> base, List<Tensor> tuned) {}

  private States states(PackedBatch batch) {
    Decoder base = pair.base();
    Decoder tuned = pair.tuned();
    Tensor ids = onDevice(batch.ids());
    Tensor positions = onDevice(batch.targetPositions());
    ForwardPass basePass = base.packed(batch.offsets());
    ForwardPass tunedPass = tuned.packed(batch.offsets());
    int lowest = pair.lowestLayer();
    States states = new States(new ArrayList<>(), new ArrayList<>());
    Tensor baseStream = base.embed(ids);
    Tensor tunedStream = lowest < 0 ? tuned.embed(ids) : baseStream;
    for (int layer = 0; layer < base.layers(); layer++) {
      baseStream = base.layer(layer, baseStream, basePass);
      tunedStream = layer < lowest ? baseStream : tuned.layer(layer, tunedStream, tunedPass);
      states.base().add(baseStream.index_select(0, positions));
      states.tuned().add(tunedStream.index_select(0, positions));
    }
    return states;
  }

  private Tensor onDevice(int[] values) {
    return HostTensors.ofIds(values).to(pair.base().parameters().device(), ScalarType.Long);
  }
}
