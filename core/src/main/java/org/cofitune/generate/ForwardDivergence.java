package org.cofitune.generate;

import static org.bytedeco.pytorch.global.torch.log_softmax;

import java.util.ArrayList;
import java.util.List;
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

/**
 * How far a tuned model's predictions are from its base's on given texts: the forward divergence
 * {@code KL(base || tuned)} of the next token at every supervised position, and what both models
 * make of the token that stands there (METHOD.md section 6). The mean divergence on the new domain
 * tells forgetting without any general data (Shenfeld et al. 2025, "RL's Razor").
 */
public final class ForwardDivergence {
  private static final int SEQUENCES = 64;

  /** Logits that exist at a time; few enough to stay in a processor's cache. */
  private static final long CHUNK_ELEMENTS = 1L << 20;

  private static final long VOCABULARY = 1;

  private final Decoder base;
  private final Decoder tuned;

  /**
   * What two models make of one text.
   *
   * @param tokens supervised positions
   * @param divergence KL(base || tuned) in nats, summed over them
   * @param baseNll negative log-likelihood of the supervised tokens under the base
   * @param tunedNll the same under the tuned model
   */
  public record Text(int tokens, double divergence, double baseNll, double tunedNll) {}

  /** Compares two models of one vocabulary. */
  public ForwardDivergence(Decoder base, Decoder tuned) {
    if (base.config().vocabSize() != tuned.config().vocabSize()) {
      throw new IllegalArgumentException(
          base.config().vocabSize() + " and " + tuned.config().vocabSize() + " tokens");
    }
    this.base = base;
    this.tuned = tuned;
  }

  /**
   * Measures texts.
   *
   * @param progress told after each batch how many texts it had
   * @return per text, in order
   */
  public List<Text> measure(List<TokenizedExample> texts, IntConsumer progress) {
    List<Text> measured = new ArrayList<>();
    for (PackedBatch batch :
        MicroBatches.of(texts, SEQUENCES, LogLikelihoodScorer.DEFAULT_BATCH_TOKENS).batches()) {
      measured.addAll(measure(batch));
      progress.accept(batch.sequences());
    }
    return measured;
  }

  private List<Text> measure(PackedBatch batch) {
    int positions = batch.supervisedTokens();
    double[] divergence = new double[positions];
    double[] baseNll = new double[positions];
    double[] tunedNll = new double[positions];
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      Tensor baseHidden = hidden(base, batch);
      Tensor tunedHidden = hidden(tuned, batch);
      Tensor targets = onDevice(base, batch.targets());
      int chunk = (int) Math.max(1, CHUNK_ELEMENTS / base.config().vocabSize());
      for (int start = 0; start < positions; start += chunk) {
        int count = Math.min(chunk, positions - start);
        try (PointerScope inner = new PointerScope()) {
          Tensor p = logProbabilities(base, baseHidden.narrow(0, start, count));
          Tensor q = logProbabilities(tuned, tunedHidden.narrow(0, start, count));
          Tensor next = targets.narrow(0, start, count).unsqueeze(VOCABULARY);
          copy(p.gather(VOCABULARY, next).neg(), baseNll, start);
          copy(q.gather(VOCABULARY, next).neg(), tunedNll, start);
          copy(p.exp().mul_(q.neg_().add_(p)).sum(VOCABULARY), divergence, start);
        }
      }
    }
    return perSequence(batch, divergence, baseNll, tunedNll);
  }

  /** The normalised hidden states that predict supervised tokens, {@code [supervised, hidden]}. */
  private static Tensor hidden(Decoder decoder, PackedBatch batch) {
    Tensor stream =
        decoder.layers(
            0,
            decoder.layers(),
            decoder.embed(onDevice(decoder, batch.ids())),
            decoder.packed(batch.offsets()));
    return decoder.finalNorm(stream.index_select(0, onDevice(decoder, batch.targetPositions())));
  }

  private static Tensor logProbabilities(Decoder decoder, Tensor hidden) {
    Tensor logits =
        decoder.logits(hidden).to(decoder.parameters().precision().master().scalarType());
    return log_softmax(logits, VOCABULARY);
  }

  private static void copy(Tensor from, double[] to, int at) {
    double[] values = HostTensors.toDoubles(from);
    System.arraycopy(values, 0, to, at, values.length);
  }

  private static Tensor onDevice(Decoder decoder, int[] values) {
    return HostTensors.ofIds(values).to(decoder.parameters().device(), ScalarType.Long);
  }

  private static List<Text> perSequence(
      PackedBatch batch, double[] divergence, double[] baseNll, double[] tunedNll) {
    List<Text> texts = new ArrayList<>();
    int at = 0;
    for (int sequence = 0; sequence < batch.sequences(); sequence++) {
      int from = at;
      Text sum = new Text(0, 0, 0, 0);
      while (at < divergence.length
          && batch.targetPositions()[at] < batch.offsets()[sequence + 1]) {
        sum =
            new Text(
                at + 1 - from,
                sum.divergence() + divergence[at],
                sum.baseNll() + baseNll[at],
                sum.tunedNll() + tunedNll[at]);
        at++;
      }
      texts.add(sum);
    }
    return texts;
  }
}
