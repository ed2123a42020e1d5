package org.cofitune.evaluate.metric;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.cofitune.testing.Hostile;

final class BoundedRegexFuzzTest {
  private static final long READS = 5000;

  /** The expression stands before the first line end, the text behind it. */
  @FuzzTest
  void anyExpressionSearchesAnyTextOrIsRefused(byte[] bytes) {
    String input = new String(bytes, StandardCharsets.UTF_8);
    int end = input.indexOf('\n');
    String expression = end < 0 ? input : input.substring(0, end);
    String text = input.substring(end + 1);
    Hostile.readOrRefuse(
        "",
        () -> {
          BoundedRegex regex = BoundedRegex.compile(expression, "task.yaml:1", READS);
          regex.findAll(text);
          regex.replace(text, "$1");
        });
  }
}
