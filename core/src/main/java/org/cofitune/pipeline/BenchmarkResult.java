package org.cofitune.pipeline;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a training step, questions, and texts cost on a machine.
 *
 * @param machine what it was measured on
 * @param training of a region or by another method
 * @param questions with four choices; null where training alone was measured
 * @param writing of texts; null where training alone was measured
 */
public record BenchmarkResult(
    Machine machine, Training training, @Nullable Questions questions, @Nullable Writing writing) {

  /**
   * The machine and the engine on it.
   *
   * @param device cpu or cuda:N
   * @param precision number type that is computed with
   * @param threads of one operator
   * @param startSeconds from the start of the process to a model that is ready
   * @param matrixFlops operations per second of a plain matrix product, measured in this process
   */
  public record Machine(
      String device, String precision, int threads, double startSeconds, double matrixFlops) {}

  /**
   * A training. The first step is left out of every time: it touches memory for the first time.
   *
   * @param method what trains
   * @param region what is trained, with layer indices
   * @param trainedParameters numbers that the optimizer moves
   * @param steps of an epoch that are measured
   * @param tokensPerSecond of the first epoch; there is no padding, so all tokens are useful
   * @param laterTokensPerSecond of the epoch after that; differs where frozen layers are cached
   * @param flops operations per second of the first epoch: those that the packed step needs, as
   *     {@link WorkEstimate} counts them
   * @param rooflineShare these over those of a plain matrix product
   * @param peakBytes highest resident memory of the process so far; 0 where the system does not
   *     tell
   * @param leastBytes the checkpoint's weights and 16 bytes for each trained parameter
   * @param microBatchBytes that and the activations of the largest micro batch, were it to go
   *     through the model at once
   * @param estimatedBytes of the same with the parts that do go through at once, as {@link
   *     MemoryEstimate} counts them
   */
  public record Training(
      String method,
      String region,
      long trainedParameters,
      long steps,
      double tokensPerSecond,
      double laterTokensPerSecond,
      double flops,
      double rooflineShare,
      long peakBytes,
      long leastBytes,
      long microBatchBytes,
      long estimatedBytes) {

    /** Peak memory over the least that a training can do with. */
    @JsonProperty
    public double overLeast() {
      return (double) peakBytes / leastBytes;
    }

    /** Peak memory over weights, training state, and activations of one whole micro batch. */
    @JsonProperty
    public double overMicroBatch() {
      return (double) peakBytes / microBatchBytes;
    }

    /** Peak memory over the estimate. */
    @JsonProperty
    public double overEstimate() {
      return (double) peakBytes / estimatedBytes;
    }
  }

  /**
   * Questions with a shared context and four choices, made of the rows.
   *
   * @param perSecond questions per second
   */
  public record Questions(int count, double perSecond) {}

  /**
   * Texts that continue prompts, many at a time.
   *
   * @param tokens that were generated
   * @param tokensPerSecond of those
   */
  public record Writing(int texts, long tokens, double tokensPerSecond) {}
}
