package org.cofitune.pipeline;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.cofitune.model.FrozenHolding;
import org.cofitune.model.ModelConfig;
import org.cofitune.model.ParameterNames;
import org.cofitune.train.Offload;
import org.cofitune.train.TrainingArguments;

/**
 * What a {@link MemoryEstimate} becomes, for each process, where frozen matrices are quantised,
 * streamed, or shared by processes, and moments or inputs of layers lie on the host.
 *
 * @param config of the model
 * @param share what is trained
 * @param keepsBase whether the method keeps the stored bytes of what it trains
 * @param storedBytes of each parameter in the checkpoint
 * @param computingBytes of a number that is computed with
 * @param processes that share the run
 */
record HeldMemory(
    ModelConfig config,
    TrainedShare share,
    boolean keepsBase,
    ToLongFunction<String> storedBytes,
    int computingBytes,
    int processes) {
  /** Layers that are whole while they are streamed or gathered: the one in use, and the next. */
  private static final int STREAMED_LAYERS = 2;

  private static final int MASTER = 4;
  private static final int MOMENTS = 8;

  /** The estimate for a training with these arguments. */
  MemoryEstimate of(MemoryEstimate resident, TrainingArguments arguments, long tokens) {
    FrozenHolding holding = arguments.holding(share.changed()).among(processes);
    MemoryEstimate weights = holding.isSpecial() ? held(resident, holding) : resident;
    MemoryEstimate owned = withMoments(weights, MOMENTS * ownNumbers());
    MemoryEstimate state =
        arguments.offload().contains(Offload.OPTIMIZER) ? withoutMoments(owned) : owned;
    return arguments.offload().contains(Offload.ACTIVATIONS) ? withoutInputs(state, tokens) : state;
  }

  private MemoryEstimate held(MemoryEstimate resident, FrozenHolding holding) {
    Map<String, List<Long>> shapes = ParameterNames.shapes(config);
    long elsewhere = 0;
    long heldBytes = 0;
    long largestHeld = 0;
    long working = 0;
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      long layerBytes = 0;
      long numbers = 0;
      long largest = 0;
      for (Map.Entry<String, List<Long>> entry :
          ParameterNames.layerShapes(config, layer).entrySet()) {
        if (holding.holds(entry.getKey())) {
          long elements = ParameterNames.elements(entry.getValue());
          elsewhere += storedBytes.applyAsLong(entry.getKey());
          layerBytes += bytes(holding, entry);
          numbers += narrower(holding, entry) ? elements : 0;
          largest = Math.max(largest, elements);
        }
      }
      heldBytes += layerBytes;
      largestHeld = Math.max(largestHeld, layerBytes);
      working =
          Math.max(working, numbers * computingBytes + largest * holding.dtype().scratchBytes());
    }
    long masters =
        keepsBase
            ? 0
            : share.masters().stream().mapToLong(storedBytes).sum(); // trained as masters instead
    long own = holding.sharded() ? (heldBytes + processes - 1) / processes : heldBytes;
    long passing = holding.streamed() || holding.sharded() ? STREAMED_LAYERS * largestHeld : 0;
    long coming = // a share on its way from the host
        holding.streamed() && holding.sharded() ? (largestHeld + processes - 1) / processes : 0;
    long device = (holding.streamed() ? 0 : own) + passing + coming;
    return new MemoryEstimate(
        resident.weightBytes() - elsewhere - masters + device,
        resident.stateBytes(),
        resident.activationBytes(),
        resident.widenedBytes() + working + embedding(shapes) + trainedCopies(shapes),
        resident.outputBytes(),
        resident.hostBytes() + (holding.streamed() ? own : 0));
  }

  private long bytes(FrozenHolding holding, Map.Entry<String, List<Long>> entry) {
    return holding.dtype().bytes(entry.getValue(), storedBytes.applyAsLong(entry.getKey()));
  }

  /** Whether a matrix is made anew for its use. */
  private boolean narrower(FrozenHolding holding, Map.Entry<String, List<Long>> entry) {
    long elements = ParameterNames.elements(entry.getValue());
    return holding.dtype().isQuantised()
        || storedBytes.applyAsLong(entry.getKey()) != elements * computingBytes;
  }

  /** The embedding, and later the output layer, in the type to compute in. */
  private long embedding(Map<String, List<Long>> shapes) {
    long elements = ParameterNames.elements(shapes.get(ParameterNames.EMBEDDING));
    boolean asStored =
        storedBytes.applyAsLong(ParameterNames.EMBEDDING) == elements * computingBytes;
    return asStored ? 0 : elements * computingBytes;
  }

  /** The gradient of a pass before it is added, and what is computed with instead of masters. */
  private long trainedCopies(Map<String, List<Long>> shapes) {
    long ofLayer = 0;
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      long numbers =
          ParameterNames.layerShapes(config, layer).entrySet().stream()
              .filter(entry -> share.masters().contains(entry.getKey()))
              .mapToLong(entry -> ParameterNames.elements(entry.getValue()))
              .sum();
      ofLayer = Math.max(ofLayer, numbers);
    }
    long copies = computingBytes == MASTER ? 0 : 2 * ofLayer * computingBytes;
    return copies + largestMaster(shapes) * MASTER;
  }

  private long largestMaster(Map<String, List<Long>> shapes) {
    return share.masters().stream()
        .mapToLong(name -> ParameterNames.elements(shapes.get(name)))
        .max()
        .orElse(0);
  }

  private MemoryEstimate withoutMoments(MemoryEstimate before) {
    MemoryEstimate after = withMoments(before, MOMENTS * largestTensor());
    return new MemoryEstimate(
        after.weightBytes(),
        after.stateBytes(),
        after.activationBytes(),
        after.widenedBytes(),
        after.outputBytes(),
        after.hostBytes() + MOMENTS * ownNumbers());
  }

  private MemoryEstimate withMoments(MemoryEstimate before, long bytes) {
    return new MemoryEstimate(
        before.weightBytes(),
        share.numbers() * (MemoryEstimate.STATE_BYTES_PER_PARAMETER - MOMENTS) + bytes,
        before.activationBytes(),
        before.widenedBytes(),
        before.outputBytes(),
        before.hostBytes());
  }

  /** Numbers whose moments a process has: whole tensors, about the same of them in each process. */
  private long ownNumbers() {
    return Math.max((share.numbers() + processes - 1) / processes, largestTensor());
  }

  private long largestTensor() {
    return Math.min(share.numbers(), largestMaster(ParameterNames.shapes(config)));
  }

  private MemoryEstimate withoutInputs(MemoryEstimate before, long tokens) {
    int recomputed = config.numHiddenLayers() - Math.max(0, share.lowestLayer());
    long inputs = recomputed * tokens * config.hiddenSize() * MASTER;
    return new MemoryEstimate(
        before.weightBytes(),
        before.stateBytes(),
        before.activationBytes() - inputs,
        before.widenedBytes(),
        before.outputBytes(),
        before.hostBytes() + inputs);
  }
}
