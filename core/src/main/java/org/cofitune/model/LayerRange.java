package org.cofitune.model;

/**
 * Layers {@code from ... to - 1}.
 *
 * @param from first layer
 * @param to layer after the last
 */
public record LayerRange(int from, int to) {
  public LayerRange {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException("empty layer range " + from + " ... " + to);
    }
  }

  /** The boundary that a fraction of the layers stands for: floor(p * layers + 0.5). */
  public static int boundary(double fraction, int layers) {
    return (int) Math.floor(fraction * layers + 0.5);
  }

  public int size() {
    return to - from;
  }

  public boolean contains(int layer) {
    return layer >= from && layer < to;
  }
}
