package org.cofitune.evaluate.task;

import java.util.List;

/**
 * How answers are generated ({@code generation_kwargs}).
 *
 * @param until texts that end an answer and are no part of it
 * @param maxTokens longest answer in tokens
 * @param sample whether tokens are drawn; otherwise the likeliest is taken
 * @param temperature of drawing
 * @param topP share of the probability to draw from
 */
public record GenerationSettings(
    List<String> until, int maxTokens, boolean sample, double temperature, double topP) {
  /** lm-evaluation-harness's default length. */
  static final int DEFAULT_MAX_TOKENS = 256;

  public GenerationSettings {
    until = List.copyOf(until);
  }
}
