package org.cofitune.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PageTextTest {
  @Test
  void dataCannotEndItsScriptAndReadsBackTheSame() throws IOException {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("</script><script>", "<!-- <script> ]]> \u2028 & \u0000");

    String block = DataBlock.of(data);

    assertThat(block).doesNotContain("<", ">", "&", "\u0000");
    assertThat(new ObjectMapper().readTree(block)).isEqualTo(data);
  }

  @Test
  void whatCannotBeSeenIsShown() {
    assertThat(PrintableText.of("a\u0000b\u001b[2J\u007f")).isEqualTo("a\u2400b\u241b[2J\u2421");
    assertThat(PrintableText.of("\u202eevil\u2066")).isEqualTo("\ufffdevil\ufffd");
    assertThat(PrintableText.of("\ud800")).isEqualTo("\ufffd");
    assertThat(PrintableText.of("法律\tגם\n😀")).isEqualTo("法律\tגם\n😀");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "3.0631, 3.063",
    "-7.5, −7.500",
    "0.00025, 2.50e−4",
    "3.93e-9, 3.93e−9",
    "123456, 1.23e+5"
  })
  void numbersOfAnySizeAreShort(double number, String text) {
    assertThat(NumberText.any(number)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"9.87, 9.9 s", "59.7, 1 min 0 s", "329, 5 min 29 s", "7500, 2 h 5 min"})
  void timesAreInTheLargestUnitsThatFit(double seconds, String text) {
    assertThat(NumberText.duration(seconds)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"999, 999", "393216, 393 k", "1179648, 1.18 M", "7000000000, 7.00 B"})
  void countsHaveThreeDigits(long count, String text) {
    assertThat(NumberText.count(count)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5-5:up_proj,down_proj | layer 5 (up,down)",
        "8-15:q_proj,k_proj,v_proj,o_proj | layers 8–15 (mha)",
        "all | the whole model"
      })
  void regionsReadAsWords(String region, String words) {
    assertThat(RegionName.of(region)).isEqualTo(words);
  }
}
