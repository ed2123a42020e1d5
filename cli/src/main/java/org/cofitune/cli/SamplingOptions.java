package org.cofitune.cli;

import java.nio.file.Path;
import java.util.List;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How texts are generated; what is not said here, the checkpoint's generation_config.json says. */
final class SamplingOptions {
  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "The most tokens of one text.")
  private @Nullable Integer maxNewTokens;

  @Option(
      names = "--do-sample",
      negatable = true,
      description = "Draw tokens instead of taking the most likely one.")
  private @Nullable Boolean doSample;

  @Option(names = "--temperature", paramLabel = "T", description = "Divides the logits.")
  private @Nullable Double temperature;

  @Option(names = "--top-k", paramLabel = "K", description = "Draw from the K most likely tokens.")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Draw from the most likely tokens that together have this probability.")
  private @Nullable Double topP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      description = "Makes tokens that were seen less likely; 1 is none.")
  private @Nullable Double repetitionPenalty;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Text that ends an answer; may be repeated.")
  private @Nullable List<String> stop;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of the draws.")
  private @Nullable Long seed;

  /** The checkpoint's settings with these over them. */
  GenerationConfig resolve(Path checkpoint, Tokenizer tokenizer) {
    GenerationConfig.Builder config = GenerationConfig.read(checkpoint, tokenizer).with();
    if (maxNewTokens != null) {
      config.maxNewTokens(maxNewTokens);
    }
    if (doSample != null) {
      config.doSample(doSample);
    }
    if (temperature != null) {
      config.temperature(temperature);
    }
    if (topK != null) {
      config.topK(topK);
    }
    if (topP != null) {
      config.topP(topP);
    }
    if (repetitionPenalty != null) {
      config.repetitionPenalty(repetitionPenalty);
    }
    if (stop != null) {
      config.stopStrings(stop);
    }
    if (seed != null) {
      config.seed(seed);
    }
    return config.build();
  }
}
