package org.cofitune.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PythonLiteralTest {
  @Test
  void listsAreReadAsPythonReadsThem() {
    assertThat(PythonLiteral.list("['it\\'s', \"it's\", '北京', 3, -1.5, True, [\"a\"],]"))
        .hasValue(List.of("it's", "it's", "北京", 3L, -1.5, true, List.of("a")));
    assertThat(PythonLiteral.list("('\\u5317\\x41\\n',)")).hasValue(List.of("北A\n"));
    assertThat(PythonLiteral.list("[]")).hasValue(List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[",
        "['a'",
        "['a' 1]",
        "[a]",
        "'a'",
        "[1] [2]",
        "[__import__('os')]",
        "['\\N{DASH}']",
        "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
        "[1,,2]",
        "['a\n']"
      })
  void whatIsNoListIsNone(String text) {
    assertThat(PythonLiteral.list(text)).isEmpty();
  }
}
