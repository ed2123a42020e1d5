package org.cofitune.text.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BoundedPatternTest {
  private static final int READS = 100_000;

  @Test
  @Timeout(20)
  void aSearchThatReadsTooMuchEnds() {
    BoundedPattern pattern = BoundedPattern.compile("(a|aa)+\\1c", 0);

    assertThatThrownBy(() -> pattern.matcher("a".repeat(60), READS).find())
        .isInstanceOf(SearchTooLongException.class);
  }

  @ParameterizedTest
  @Timeout(20)
  @ValueSource(
      strings = {
        "(|){60}x",
        "(?:a?|b?){60}x",
        "(){2000000000}",
        "^{2000000000}",
        "((){50000}){50000}",
        "({50600}){50000}",
        "(?=(|){60}x)",
        "(?<n>(?>(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)))x",
        "(?i:(|){60})[x]]",
      })
  void whatCouldRunForEverWithoutReadingIsRefused(String expression) {
    assertThatThrownBy(() -> search(expression, "")).isInstanceOf(PatternSyntaxException.class);
  }

  @ParameterizedTest
  @Timeout(20)
  @ValueSource(
      strings = {
        "a(){2000000000}",
        "a(|){60}x",
        "(a(|){6}b?)(|){6}x",
        "(?:a(|){6}){2,3}(|){6}x",
        "(?:(|){10}a)*(|){10}x",
        "(?:(|){10}a|(|){10})*x",
        "((?!b)|(?!b)){60}x",
        "(?:(|)a?){30}",
      })
  void whatCouldRunForEverBehindACharacterIsRefused(String expression) {
    assertThatThrownBy(() -> search(expression, "aaaa")).isInstanceOf(PatternSyntaxException.class);
  }

  @ParameterizedTest
  @Timeout(20)
  @ValueSource(strings = {"(?x)(|) {60} x", "(|)\\Q\\E{60}x", "[a&&[^b]](|){60}x"})
  void whatCannotBeCountedIsRefused(String expression) {
    assertThatThrownBy(() -> search(expression, ""))
        .isInstanceOf(PatternSyntaxException.class)
        .hasMessageContaining("not supported");
  }

  @Test
  void nestingBeyondAllMeasureIsRefused() {
    assertThatThrownBy(() -> search("(".repeat(100_000) + ")".repeat(100_000), ""))
        .isInstanceOf(PatternSyntaxException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "#### (\\-?[0-9\\.\\,]+)",
        "(-?[$0-9.,]{2,})|(-?[0-9]+)",
        "(?<=The answer is )(.*)(?=.)",
        "\\b(A|B|C|D|E|F|G|H|I|J)\\b[\\])}:.]*",
        "(?:(?:19|20)?\\d{2}-)?\\d{1,2}(?:-\\d{1,2})?(?: *(?:am|pm)?)?",
        "([^\\]\\[]*)\\[[\\[(]?\\p{L}{3}\\x41?(?<n>x)\\k<n>?",
        "(?:[A-Za-z0-9._%+-]+)@(?:[A-Za-z0-9-]+\\.)+[A-Za-z]{2,63}",
      })
  void ordinaryExpressionsAreAccepted(String expression) {
    assertThat(BoundedPattern.compile(expression, 0)).hasToString(expression);
  }

  private static boolean search(String expression, String text) {
    return BoundedPattern.compile(expression, 0).matcher(text, READS).find();
  }
}
