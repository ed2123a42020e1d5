package org.cofitune.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.cofitune.generate.LogLikelihood;
import org.cofitune.generate.LogLikelihoodScorer;
import org.cofitune.generate.ScoringRequest;
import org.cofitune.generate.ScoringRequest.ScoredSequence;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Forty questions of 200 tokens with four choices of ten tokens each: the context computed once for
 * all choices, and once for each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2)
@Measurement(iterations = 7)
public class SharedContextBenchmark {
  private static final int QUESTIONS = 40;
  private static final int CHOICES = 4;
  private static final int CONTEXT = 200;
  private static final int CHOICE = 10;

  @Param({"true", "false"})
  public boolean sharing;

  private RandomLlama model;
  private List<ScoringRequest> requests;

  /** Makes model and questions. */
  @Setup
  public void make() {
    model = RandomLlama.ofMillions24();
    SplittableRandom random = new SplittableRandom(1);
    int vocabulary = model.decoder().config().vocabSize();
    requests = new ArrayList<>();
    for (int q = 0; q < QUESTIONS; q++) {
      int[] context = random.ints(CONTEXT, 0, vocabulary).toArray();
      List<ScoredSequence> choices = new ArrayList<>();
      for (int c = 0; c < CHOICES; c++) {
        int[] ids = Arrays.copyOf(context, CONTEXT + CHOICE);
        for (int i = CONTEXT; i < ids.length; i++) {
          ids[i] = random.nextInt(vocabulary);
        }
        choices.add(new ScoredSequence(ids, CONTEXT));
      }
      requests.add(new ScoringRequest(choices));
    }
  }

  /** Scores all choices. */
  @Benchmark
  public List<List<LogLikelihood>> questions() {
    LogLikelihoodScorer scorer =
        new LogLikelihoodScorer(model.decoder(), LogLikelihoodScorer.DEFAULT_BATCH_TOKENS, sharing);
    return scorer.score(requests, n -> {});
  }

  /** Frees the model. */
  @TearDown
  public void close() {
    model.close();
  }
}
