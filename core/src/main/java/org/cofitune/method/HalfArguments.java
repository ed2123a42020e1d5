package org.cofitune.method;

/**
 * Which half method {@code hft} trains.
 *
 * @param seed of the choice
 * @param outsideLayers whether embedding, final norm, and output layer are trained where the region
 *     has them
 */
public record HalfArguments(long seed, boolean outsideLayers) {
  public static HalfArguments defaults() {
    return new HalfArguments(42, true);
  }
}
