package org.cofitune.method;

import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Projection;
import org.cofitune.model.adapter.AdapterSettings;

/**
 * The adapters of method {@code lora}; see docs/lora.md.
 *
 * @param rank rows of A and columns of B; {@code r} in peft, {@code lora_rank} in LLaMA-Factory
 * @param alpha what an adapter adds is multiplied by {@code alpha / rank}
 * @param dropout probability of a number of an adapter's input to be dropped in training
 * @param targetModules the projections of the region that get adapters, such as {@code [q_proj,
 *     v_proj]}; all of them where the list is empty
 * @param rslora whether the factor is {@code alpha / sqrt(rank)} instead; {@code use_rslora} in
 *     peft
 */
public record LoraArguments(
    int rank, double alpha, double dropout, List<String> targetModules, boolean rslora) {
  private static final int DEFAULT_RANK = 8;
  private static final double DEFAULT_ALPHA = 16;

  /**
   * Checks every value.
   *
   * @throws CofituneException of kind RECIPE naming the key
   */
  public LoraArguments {
    targetModules = List.copyOf(targetModules);
    require(rank >= 1, "rank", "1 or more", rank);
    require(Double.isFinite(alpha) && alpha > 0, "alpha", "above 0", alpha);
    require(dropout >= 0 && dropout < 1, "dropout", "0 to below 1", dropout);
    for (String module : targetModules) {
      require(
          Projection.named(module).isPresent(),
          "target_modules",
          "q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj",
          module);
    }
  }

  /** Adapters of rank 8 on every projection of the region, without dropout. */
  public static LoraArguments defaults() {
    return new LoraArguments(DEFAULT_RANK, DEFAULT_ALPHA, 0, List.of(), false);
  }

  AdapterSettings settings() {
    return new AdapterSettings(rank, alpha, dropout, rslora);
  }

  private static void require(boolean valid, String key, String expected, Object found) {
    if (!valid) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible adapters")
          .at(key)
          .expected(expected)
          .found(found)
          .next("correct the value")
          .build();
    }
  }
}
