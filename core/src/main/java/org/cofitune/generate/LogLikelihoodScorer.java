package org.cofitune.generate;

import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.logsumexp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.HostTensors;
import org.cofitune.engine.NativeHeap;
import org.cofitune.model.Decoder;
import org.cofitune.model.ForwardPass;

/**
 * Scores given texts: the log-probability of tokens given all before them. Texts of one request
 * share the computation of their common beginning; requests are sorted by length and packed without
 * padding; logits exist at scored positions only, a chunk at a time.
 */
public final class LogLikelihoodScorer {
  /** Tokens of one forward pass, unless a single request has more. */
  public static final int DEFAULT_BATCH_TOKENS = 4096;

  private static final long CHUNK_ELEMENTS = 1L << 24;
  private static final long VOCABULARY = 1;

  private final Decoder decoder;
  private final int batchTokens;
  private final boolean sharing;
  private final NativeHeap heap = new NativeHeap();
  private long forwardTokens;

  /** A scorer that shares common beginnings. */
  public LogLikelihoodScorer(Decoder decoder) {
    this(decoder, DEFAULT_BATCH_TOKENS, true);
  }

  /**
   * A scorer.
   *
   * @param batchTokens tokens of one forward pass, unless a single request has more
   * @param sharing whether common beginnings are computed once; the numbers are the same
   */
  public LogLikelihoodScorer(Decoder decoder, int batchTokens, boolean sharing) {
    this.decoder = decoder;
    this.batchTokens = batchTokens;
    this.sharing = sharing;
  }

  /** Tokens that went through the model so far. */
  public long forwardTokens() {
    return forwardTokens;
  }

  /**
   * Scores requests.
   *
   * @param progress told after each batch how many requests it finished
   * @return per request the likelihoods of its texts, in the order given
   */
  public List<List<LogLikelihood>> score(List<ScoringRequest> requests, IntConsumer progress) {
    List<List<LogLikelihood>> results = new ArrayList<>();
    requests.forEach(request -> results.add(List.of()));
    for (List<Integer> batch : batches(requests)) {
      List<List<LogLikelihood>> scored = scoreBatch(batch.stream().map(requests::get).toList());
      for (int i = 0; i < batch.size(); i++) {
        results.set(batch.get(i), scored.get(i));
      }
      progress.accept(batch.size());
    }
    return results;
  }

  /**
   * Cuts requests into batches, the longest first. Which requests share a batch can change the last
   * bits of their likelihoods, so whoever wants the same bits again asks for the same batches.
   *
   * @return indices of the requests that go through the model together
   */
  public List<List<Integer>> batches(List<ScoringRequest> requests) {
    List<Integer> order =
        IntStream.range(0, requests.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -requests.get(i).longest()))
            .toList();
    List<List<Integer>> batches = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    int tokens = 0;
    for (int index : order) {
      int more = new BranchLayout(List.of(requests.get(index)), sharing).tokens();
      if (!open.isEmpty() && tokens + more > batchTokens) {
        batches.add(List.copyOf(open));
        open.clear();
        tokens = 0;
      }
      open.add(index);
      tokens += more;
    }
    if (!open.isEmpty()) {
      batches.add(open);
    }
    return batches;
  }

  /**
   * Scores requests in one forward pass.
   *
   * @return per request the likelihoods of its texts, in the order given
   */
  public List<List<LogLikelihood>> scoreBatch(List<ScoringRequest> requests) {
    BranchLayout layout = new BranchLayout(requests, sharing);
    forwardTokens += layout.tokens();
    int[] targets = layout.targets();
    double[] logProbabilities = new double[targets.length];
    boolean[] greedy = new boolean[targets.length];
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      ForwardPass pass =
          decoder.continuing(
              layout.starts(),
              layout.counts(),
              new BranchAttention(
                  decoder.config().attention(),
                  decoder.layers(),
                  layout.groups(),
                  decoder.parameters().device()));
      Tensor predictors =
          decoder.layersAt(
              onDevice(layout.predictors()), 0, decoder.embed(onDevice(layout.ids())), pass);
      gather(decoder.finalNorm(predictors), targets, logProbabilities, greedy);
    }
    heap.settle();
    return split(requests, logProbabilities, greedy);
  }

  /** Fills in the log-probability of each target, a chunk of logits at a time. */
  private void gather(
      Tensor normalised, int[] targets, double[] logProbabilities, boolean[] greedy) {
    int chunk = (int) Math.max(1, CHUNK_ELEMENTS / decoder.config().vocabSize());
    for (int start = 0; start < targets.length; start += chunk) {
      int count = Math.min(chunk, targets.length - start);
      try (PointerScope scope = new PointerScope()) {
        Tensor logits =
            linear(normalised.narrow(0, start, count), decoder.outputWeight())
                .to(decoder.parameters().precision().master().scalarType());
        Tensor wanted = onDevice(Arrays.copyOfRange(targets, start, start + count));
        Tensor chosen = logits.gather(VOCABULARY, wanted.unsqueeze(VOCABULARY));
        Tensor normaliser = logsumexp(logits, new long[] {VOCABULARY}, true);
        double[] values = HostTensors.toDoubles(chosen.sub(normaliser));
        long[] first =
            HostTensors.toLongs(
                logits.argmax(new org.bytedeco.pytorch.LongOptional(VOCABULARY), false));
        for (int i = 0; i < count; i++) {
          logProbabilities[start + i] = values[i];
          greedy[start + i] = first[i] == targets[start + i];
        }
      }
    }
  }

  private static List<List<LogLikelihood>> split(
      List<ScoringRequest> requests, double[] logProbabilities, boolean[] greedy) {
    List<List<LogLikelihood>> results = new ArrayList<>();
    int at = 0;
    for (ScoringRequest request : requests) {
      List<LogLikelihood> texts = new ArrayList<>();
      for (ScoringRequest.ScoredSequence sequence : request.sequences()) {
        int end = at + sequence.scoredTokens();
        boolean all = true;
        for (int i = at; i < end; i++) {
          all &= greedy[i];
        }
        texts.add(new LogLikelihood(Arrays.copyOfRange(logProbabilities, at, end), all));
        at = end;
      }
      results.add(texts);
    }
    return results;
  }

  private Tensor onDevice(int[] values) {
    return HostTensors.ofIds(values).to(decoder.parameters().device(), ScalarType.Long);
  }
}
