package org.cofitune.train;

/**
 * What a cache of frozen layers saved, in tokens times layers: a token that passes through three
 * layers counts three.
 *
 * @param computed passes through a frozen layer that were computed
 * @param reused passes that were not, because their outcome was known
 */
public record PrefixWork(long computed, long reused) {
  /** Nothing done, nothing saved. */
  public static final PrefixWork NONE = new PrefixWork(0, 0);

  /** Both together. */
  public PrefixWork plus(PrefixWork other) {
    return new PrefixWork(computed + other.computed, reused + other.reused);
  }
}
