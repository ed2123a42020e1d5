package org.cofitune.model;

import java.util.Random;

/** Numbers to quantise. */
final class QuantisedNumbers {
  private QuantisedNumbers() {}

  static float[] gaussian(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (0.02 * random.nextGaussian());
    }
    return numbers;
  }

  /** The largest magnitude of a part. */
  static double largest(float[] numbers, int from, int count) {
    double largest = 0;
    for (int i = from; i < Math.min(numbers.length, from + count); i++) {
      largest = Math.max(largest, Math.abs(numbers[i]));
    }
    return largest;
  }
}
