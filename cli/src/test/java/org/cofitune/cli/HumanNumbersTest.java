package org.cofitune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HumanNumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.00 KiB",
    "1567000000, 1.46 GiB",
    "1048575, 1.00 MiB"
  })
  void bytesHaveABinaryUnit(long count, String text) {
    assertThat(HumanNumbers.bytes(count)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"999, 999", "6738415616, 6.74B", "656000, 656k", "999999, 1.00M", "12345, 12.3k"})
  void countsHaveALetter(long count, String text) {
    assertThat(HumanNumbers.count(count)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0.44, 0.4 s", "41.2, 41 s", "59.6, 1:00", "187, 3:07", "8100, 2:15:00"})
  void durationsGetCoarserAsTheyGetLonger(double seconds, String text) {
    assertThat(HumanNumbers.duration(seconds)).isEqualTo(text);
  }
}
