package org.cofitune.analyze;

import static org.bytedeco.pytorch.global.torch.log_softmax;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;

/** Reads layers' outputs through a model's own final norm and output layer. */
final class LogitLens {
  /** Logits that exist at a time; few enough to stay in a processor's cache. */
  private static final long CHUNK_ELEMENTS = 1L << 20;

  private static final long VOCABULARY = 1;

  private final Decoder decoder;

  LogitLens(Decoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Reads some positions.
   *
   * @param states the output of every layer, {@code [positions, hidden]} each
   * @param targets {@code [positions]}, the tokens to predict
   */
  void read(List<Tensor> states, Tensor targets, LensTally tally) {
    long positions = targets.size(0);
    long chunk = Math.max(1, CHUNK_ELEMENTS / decoder.config().vocabSize());
    for (long start = 0; start < positions; start += chunk) {
      long first = start;
      long count = Math.min(chunk, positions - start);
      try (PointerScope scope = new PointerScope()) {
        readChunk(
            states.stream().map(state -> state.narrow(0, first, count)).toList(),
            targets.narrow(0, first, count).unsqueeze(VOCABULARY),
            tally);
      }
    }
  }

  private void readChunk(List<Tensor> states, Tensor targets, LensTally tally) {
    int last = states.size() - 1;
    Tensor end = logProbabilities(states.get(last));
    Tensor endProbabilities = end.exp();
    Tensor endBest = end.argmax(new LongOptional(VOCABULARY), false);
    for (int layer = 0; layer <= last; layer++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor here = layer == last ? end : logProbabilities(states.get(layer));
        Tensor target = here.gather(VOCABULARY, targets);
        Tensor best = here.argmax(new LongOptional(VOCABULARY), false);
        tally.add(
            layer,
            HostTensors.toDoubles(target),
            HostTensors.toLongs(here.gt(target).sum(VOCABULARY)),
            HostTensors.toLongs(best.eq(endBest)),
            HostTensors.toDoubles(endProbabilities.mul(end.sub(here)).sum(VOCABULARY)));
      }
    }
  }

  private Tensor logProbabilities(Tensor state) {
    Tensor logits = decoder.logits(decoder.finalNorm(state));
    return log_softmax(
        logits.to(decoder.parameters().precision().master().scalarType()), VOCABULARY);
  }
}
