package org.cofitune.evaluate.task;

import java.util.List;
import java.util.Map;

/**
 * The solved examples in front of a question.
 *
 * @param count how many ({@code num_fewshot})
 * @param sampler how they are chosen
 * @param seed of {@link Sampler#DEFAULT}; lm-evaluation-harness's own default is 1234
 * @param split the split they come from
 * @param drawsOneMore whether one more is drawn, to have enough without the question itself;
 *     lm-evaluation-harness does so where {@code fewshot_split} is {@code test_split}
 * @param samples the examples themselves, in place of a split; empty for none
 */
public record FewShot(
    int count,
    Sampler sampler,
    long seed,
    String split,
    boolean drawsOneMore,
    List<Map<String, Object>> samples) {

  /** How examples are chosen. */
  public enum Sampler {
    /** Drawn anew for every item, as Python's {@code random.Random(seed).sample} draws. */
    DEFAULT,
    /** The first ones, for every item the same. */
    FIRST_N
  }

  public FewShot {
    samples = List.copyOf(samples);
  }
}
