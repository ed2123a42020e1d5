package org.cofitune.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class StopStringsTest {
  @Test
  void textIsLetOutAsSoonAsItCannotBeginAStopString() {
    StopStrings stops = new StopStrings(List.of("\n\nQuestion:", "###"));
    assertThat(stops.accept("4")).isEqualTo("4");
    assertThat(stops.accept("2\n")).isEqualTo("2");
    assertThat(stops.accept("\nQu")).isEmpty();
    assertThat(stops.accept("ick #")).isEqualTo("\n\nQuick ");
    assertThat(stops.accept("##")).isEmpty();
    assertThat(stops.found()).isTrue();
    assertThat(stops.finish()).isEmpty();
    assertThat(stops.accept("more")).isEmpty();
  }

  @Test
  void whatWasHeldBackComesAtTheEnd() {
    StopStrings stops = new StopStrings(List.of("</s>"));
    assertThat(stops.accept("a </")).isEqualTo("a ");
    assertThat(stops.finish()).isEqualTo("</");
    assertThat(stops.found()).isFalse();
  }

  @Property(tries = 500)
  void theResultDoesNotDependOnWhereThePiecesBreak(
      @ForAll @Size(min = 1, max = 3)
          List<@CharRange(from = 'a', to = 'c') @StringLength(min = 1, max = 3) String> stops,
      @ForAll @Size(max = 8)
          List<@CharRange(from = 'a', to = 'c') @StringLength(max = 4) String> pieces) {
    String whole = String.join("", pieces);
    StringBuilder expected = new StringBuilder();
    boolean expectedFound = false;
    for (int i = 0; i < whole.length() && !expectedFound; i++) {
      expected.append(whole.charAt(i));
      for (String stop : byLength(stops)) {
        if (!expectedFound && expected.toString().endsWith(stop)) {
          expected.setLength(expected.length() - stop.length());
          expectedFound = true;
        }
      }
    }

    StopStrings matcher = new StopStrings(stops);
    StringBuilder text = new StringBuilder();
    pieces.forEach(piece -> text.append(matcher.accept(piece)));
    text.append(matcher.finish());
    assertThat(text).hasToString(expected.toString());
    assertThat(matcher.found()).isEqualTo(expectedFound);
  }

  private static List<String> byLength(List<String> stops) {
    return stops.stream().sorted((a, b) -> Integer.compare(b.length(), a.length())).toList();
  }
}
