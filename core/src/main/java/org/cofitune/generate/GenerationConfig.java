package org.cofitune.generate;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.Tokenizer;

/**
 * How texts are generated.
 *
 * <pre>{@code
 * GenerationConfig config =
 *     GenerationConfig.read(checkpoint, tokenizer).with().maxNewTokens(64).doSample(true).build();
 * }</pre>
 *
 * @param sampling how a token is chosen
 * @param maxNewTokens the most tokens that one text may have
 * @param eosTokenIds tokens that end a text; they are not part of it
 * @param stopStrings strings that end a text; they are not part of it
 * @param topLogprobs how many alternatives to every token are told with their log-probabilities; 0
 *     = only the token's own, -1 = none
 */
public record GenerationConfig(
    SamplingConfig sampling,
    int maxNewTokens,
    Set<Integer> eosTokenIds,
    List<String> stopStrings,
    int topLogprobs) {
  /** Applies where neither the checkpoint nor the user says how long a text may become. */
  public static final int DEFAULT_MAX_NEW_TOKENS = 256;

  /** The value of {@link #topLogprobs} for none at all. */
  public static final int NO_LOGPROBS = -1;

  public GenerationConfig {
    eosTokenIds = Collections.unmodifiableSet(new TreeSet<>(eosTokenIds));
    stopStrings = List.copyOf(stopStrings);
    if (maxNewTokens < 1) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible value")
          .at("max_new_tokens")
          .expected("1 or more")
          .found(maxNewTokens)
          .next("correct it, or leave it out")
          .build();
    }
    if (stopStrings.contains("")) {
      throw CofituneException.of(ErrorKind.RECIPE, "a stop string is empty")
          .at("stop_strings")
          .expected("at least one character")
          .next("leave it out")
          .build();
    }
    if (topLogprobs < NO_LOGPROBS) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible value")
          .at("logprobs")
          .expected("0 or more")
          .found(topLogprobs)
          .next("correct it, or leave it out")
          .build();
    }
  }

  /** The most likely token each time, until one of these ends the text. */
  public static GenerationConfig greedy(int maxNewTokens, Collection<Integer> eosTokenIds) {
    return new GenerationConfig(
        SamplingConfig.GREEDY, maxNewTokens, Set.copyOf(eosTokenIds), List.of(), NO_LOGPROBS);
  }

  /**
   * What {@code generation_config.json} says, with the defaults of transformers for what it leaves
   * out. A text ends at the tokens that end one for the tokenizer.
   *
   * @throws CofituneException of kind FORMAT if the file is malformed
   */
  public static GenerationConfig read(Path checkpoint, Tokenizer tokenizer) {
    return GenerationConfigReader.read(checkpoint, tokenizer.stopTokenIds());
  }

  /** Whether log-probabilities are computed. */
  public boolean tellsLogprobs() {
    return topLogprobs > NO_LOGPROBS;
  }

  /** A copy to change. */
  public Builder with() {
    return new Builder(this);
  }

  /** Changes single values, named as in transformers. */
  public static final class Builder {
    private boolean doSample;
    private double temperature;
    private int topK;
    private double topP;
    private double minP;
    private double repetitionPenalty;
    private Set<Integer> suppressTokens;
    private long seed;
    private int maxNewTokens;
    private Set<Integer> eosTokenIds;
    private List<String> stopStrings;
    private int topLogprobs;

    private Builder(GenerationConfig config) {
      this.doSample = config.sampling.doSample();
      this.temperature = config.sampling.temperature();
      this.topK = config.sampling.topK();
      this.topP = config.sampling.topP();
      this.minP = config.sampling.minP();
      this.repetitionPenalty = config.sampling.repetitionPenalty();
      this.suppressTokens = config.sampling.suppressTokens();
      this.seed = config.sampling.seed();
      this.maxNewTokens = config.maxNewTokens;
      this.eosTokenIds = config.eosTokenIds;
      this.stopStrings = config.stopStrings;
      this.topLogprobs = config.topLogprobs;
    }

    public Builder doSample(boolean value) {
      this.doSample = value;
      return this;
    }

    public Builder temperature(double value) {
      this.temperature = value;
      return this;
    }

    public Builder topK(int value) {
      this.topK = value;
      return this;
    }

    public Builder topP(double value) {
      this.topP = value;
      return this;
    }

    public Builder minP(double value) {
      this.minP = value;
      return this;
    }

    public Builder repetitionPenalty(double value) {
      this.repetitionPenalty = value;
      return this;
    }

    public Builder suppressTokens(Collection<Integer> value) {
      this.suppressTokens = Set.copyOf(value);
      return this;
    }

    public Builder seed(long value) {
      this.seed = value;
      return this;
    }

    public Builder maxNewTokens(int value) {
      this.maxNewTokens = value;
      return this;
    }

    public Builder eosTokenIds(Collection<Integer> value) {
      this.eosTokenIds = Set.copyOf(value);
      return this;
    }

    public Builder stopStrings(List<String> value) {
      this.stopStrings = List.copyOf(value);
      return this;
    }

    public Builder topLogprobs(int value) {
      this.topLogprobs = value;
      return this;
    }

    /**
     * The configuration.
     *
     * @throws CofituneException of kind RECIPE naming the value that is impossible
     */
    public GenerationConfig build() {
      SamplingConfig sampling =
          new SamplingConfig(
              doSample, temperature, topK, topP, minP, repetitionPenalty, suppressTokens, seed);
      return new GenerationConfig(sampling, maxNewTokens, eosTokenIds, stopStrings, topLogprobs);
    }
  }
}
