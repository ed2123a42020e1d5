package org.cofitune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.cofitune.engine.Engine;
import org.cofitune.engine.EngineOptions;
import org.cofitune.engine.HostTensors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class Int8MatrixTest {
  @BeforeAll
  static void startEngine() {
    Engine.start(EngineOptions.defaults().withDevice("cpu").withThreads(1));
  }

  /** By hand: the first row's scale is 2.54 / 127 = 0.02, the second's 127 / 127 = 1. */
  @Test
  void codesAreThoseOfTheFormula() {
    float[] numbers = {2.54f, -0.05f, 0.011f, -127, 0.5f, 1.5f, 0, 0, 0};
    try (PointerScope scope = new PointerScope();
        Int8Matrix matrix = Int8Matrix.of(HostTensors.ofFloats(numbers, 3, 3))) {
      assertThat(HostTensors.toDoubles(matrix.scales()))
          .usingComparatorWithPrecision(1e-8)
          .containsExactly(0.02, 1, 1);
      assertThat(HostTensors.toLongs(matrix.codes()))
          .containsExactly(127, -2, 1, -127, 0, 2, 0, 0, 0); // -2.5, 0.5 and 1.5 go to the even
      assertThat(HostTensors.toDoubles(matrix.forUse(matrix.parts(), ScalarType.Float)))
          .usingComparatorWithPrecision(1e-6)
          .containsExactly(2.54, -0.04, 0.02, -127, 0, 2, 0, 0, 0);
    }
  }

  @Test
  void noNumberIsOffByMoreThanHalfAStep() {
    int rows = 17;
    int columns = 131;
    float[] numbers = QuantisedNumbers.gaussian(new Random(5), rows * columns);
    try (PointerScope scope = new PointerScope();
        Int8Matrix matrix = Int8Matrix.of(HostTensors.ofFloats(numbers, rows, columns))) {
      double[] back = HostTensors.toDoubles(matrix.forUse(matrix.parts(), ScalarType.Float));
      for (int row = 0; row < rows; row++) {
        double largest = QuantisedNumbers.largest(numbers, row * columns, columns);
        for (int i = row * columns; i < (row + 1) * columns; i++) {
          assertThat(back[i]).isCloseTo(numbers[i], within(largest / 254 * (1 + 1e-5)));
        }
      }
    }
  }

  @Test
  void aNumberThatIsNoneIsNoticed() {
    try (PointerScope scope = new PointerScope();
        Tensor bad = HostTensors.ofFloats(new float[] {1, 2, 3, Float.NaN}, 2, 2);
        Int8Matrix matrix = Int8Matrix.of(bad)) {
      assertThat(matrix.isFinite()).isFalse();
    }
  }
}
