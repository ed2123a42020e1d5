package org.cofitune.generate;

import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.logsumexp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.model.Decoder;

/**
 * Tells for every token of a prompt how likely it was, and what the model would rather have said.
 * {@link LogLikelihoodScorer} gives the same numbers where the alternatives do not matter.
 *
 * <pre>{@code
 * PromptScores scores = new PromptScorer(model.decoder()).score(List.of(ids), 1).get(0);
 * double second = scores.tokens().get(0).logprob();
 * }</pre>
 */
public final class PromptScorer {
  /** Prompts with this many tokens together are worth a pass. */
  public static final int BATCH_TOKENS = LogLikelihoodScorer.DEFAULT_BATCH_TOKENS;

  private static final long CHUNK_ELEMENTS = 1L << 24;
  private static final long VOCABULARY = 1;
  private static final int THE_MOST_LIKELY = -1;

  private final Decoder decoder;

  public PromptScorer(Decoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Scores prompts, all in one pass.
   *
   * @param prompts token ids of the model's vocabulary, each at least one
   * @param top how many alternatives to every token are told, at least 0
   * @return in the order of the prompts
   */
  public List<PromptScores> score(List<int[]> prompts, int top) {
    int[] offsets = new int[prompts.size() + 1];
    for (int i = 0; i < prompts.size(); i++) {
      offsets[i + 1] = offsets[i] + prompts.get(i).length;
    }
    int[] ids = prompts.stream().flatMapToInt(Arrays::stream).toArray();
    int[] targets = targets(ids, offsets);
    List<GeneratedToken> predictions = new ArrayList<>();
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      Tensor hidden =
          decoder.layers(
              0, decoder.layers(), decoder.embed(onDevice(ids)), decoder.packed(offsets));
      Tensor normalised = decoder.finalNorm(hidden);
      int chunk = (int) Math.max(1, CHUNK_ELEMENTS / decoder.config().vocabSize());
      for (int start = 0; start < ids.length; start += chunk) {
        int count = Math.min(chunk, ids.length - start);
        predict(
            normalised.narrow(0, start, count),
            Arrays.copyOfRange(targets, start, start + count),
            top,
            predictions);
      }
    }
    return IntStream.range(0, prompts.size())
        .mapToObj(i -> scores(predictions.subList(offsets[i], offsets[i + 1])))
        .toList();
  }

  /** What is asked behind each token: the next one of its prompt, behind the last the likeliest. */
  private static int[] targets(int[] ids, int[] offsets) {
    int[] targets = new int[ids.length];
    System.arraycopy(ids, 1, targets, 0, ids.length - 1);
    for (int i = 1; i < offsets.length; i++) {
      targets[offsets[i] - 1] = THE_MOST_LIKELY;
    }
    return targets;
  }

  private void predict(Tensor normalised, int[] targets, int top, List<GeneratedToken> into) {
    try (PointerScope scope = new PointerScope()) {
      Tensor logits =
          linear(normalised, decoder.outputWeight())
              .to(decoder.parameters().precision().master().scalarType());
      Tensor normaliser = logsumexp(logits, new long[] {VOCABULARY}, true);
      int kept = Math.min(Math.max(1, top), decoder.config().vocabSize());
      T_TensorTensor_T best = logits.topk(kept, VOCABULARY, true, true);
      double[] bestValues = HostTensors.toDoubles(best.get0().sub(normaliser));
      long[] bestIds = HostTensors.toLongs(best.get1());
      int[] wanted = new int[targets.length];
      for (int i = 0; i < wanted.length; i++) {
        wanted[i] = targets[i] == THE_MOST_LIKELY ? (int) bestIds[i * kept] : targets[i];
      }
      double[] values =
          HostTensors.toDoubles(
              logits.gather(VOCABULARY, onDevice(wanted).unsqueeze(VOCABULARY)).sub(normaliser));
      for (int i = 0; i < wanted.length; i++) {
        List<TokenLogprob> alternatives = new ArrayList<>();
        for (int k = i * kept; k < i * kept + Math.min(kept, top); k++) {
          alternatives.add(new TokenLogprob((int) bestIds[k], bestValues[k]));
        }
        into.add(new GeneratedToken(wanted[i], values[i], alternatives));
      }
    }
  }

  private static PromptScores scores(List<GeneratedToken> predictions) {
    int last = predictions.size() - 1;
    return new PromptScores(predictions.subList(0, last), predictions.get(last));
  }

  private Tensor onDevice(int[] values) {
    return HostTensors.ofIds(values).to(decoder.parameters().device(), ScalarType.Long);
  }
}
