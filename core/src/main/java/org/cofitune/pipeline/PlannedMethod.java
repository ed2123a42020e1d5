package org.cofitune.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cofitune.data.TokenizedExample;
import org.cofitune.method.Method;
import org.cofitune.model.PartOfDelta;
import org.cofitune.model.Region;
import org.cofitune.search.RegionTrialRunner;
import org.cofitune.store.Fingerprint;
import org.cofitune.train.Replay;
import org.cofitune.train.RunIdentity;
import org.cofitune.train.TrainingArguments;

/**
 * A method of a comparison, settled.
 *
 * @param name of the method
 * @param recipe with the method's own keys
 * @param region that it trains
 * @param method what it does
 * @param learningRates to try
 * @param parts of the change to try
 * @param replayed general rows that are trained on as well; may be none
 */
record PlannedMethod(
    String name,
    Recipe recipe,
    Region region,
    Method method,
    List<Double> learningRates,
    List<PartOfDelta> parts,
    List<TokenizedExample> replayed) {
  PlannedMethod {
    replayed = List.copyOf(replayed);
  }

  /** The same method beside general rows. */
  PlannedMethod withReplayed(List<TokenizedExample> rows) {
    return new PlannedMethod(name, recipe, region, method, learningRates, parts, rows);
  }

  /** The general rows of one training, in an order of its seed. */
  Replay replay(double learningRate, long seed) {
    double ratio = recipe.section(ReplaySection.class).ratio();
    return Replay.of(replayed, ratio, arguments(learningRate, seed));
  }

  /** One training; without held-out losses, since it is scored instead. */
  TrainingArguments arguments(double learningRate, long seed) {
    TrainingArguments all = recipe.section(TrainingArguments.class);
    return RegionTrialRunner.argumentsOf(all, all.maxSteps(), all.saveSteps())
        .with(Map.of("learning_rate", learningRate, "seed", seed));
  }

  /** Whether the frozen layers' work is remembered. */
  boolean cachesPrefix() {
    return recipe.section(PrefixCacheSection.class).prefixCache();
  }

  /**
   * What the weights of a training depend on.
   *
   * @param named of the model: fingerprint, number type
   */
  RunIdentity identity(
      double learningRate, long seed, List<TokenizedExample> rows, Map<String, String> named) {
    Map<String, String> parts = new TreeMap<>(named);
    parts.putAll(method.identity());
    parts.put("region", region.text());
    parts.put("prefix_cache", String.valueOf(cachesPrefix()));
    return RunIdentity.of(arguments(learningRate, seed), rows)
        .with(parts)
        .with(replay(learningRate, seed).identity());
  }

  /**
   * What the development score of a training depends on.
   *
   * @param training what its weights depend on
   * @param scorer what the scorer depends on
   */
  Fingerprint setting(RunIdentity training, Map<String, String> scorer) {
    List<String> texts = new ArrayList<>();
    parts.forEach(part -> texts.add(part.keep() + " " + part.alpha()));
    Map<String, String> named = new TreeMap<>(scorer);
    named.put("training", training.fingerprint().sha256());
    named.put("parts", String.join(", ", texts));
    return new RunIdentity(named).fingerprint();
  }
}
