package org.cofitune.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.api.Test;

final class StreamingDecoderTest {
  private static final Tokenizer LLAMA = Tokenizer.load(TinyCheckpoints.LLAMA);
  private static final Tokenizer CHATML = Tokenizer.load(TinyCheckpoints.CHATML);

  @Test
  void aCharacterOfSeveralTokensComesOutWhole() {
    assertThat(pieces(CHATML, CHATML.encode("a你😀", false)))
        .containsExactly("a", "", "", "你", "", "", "", "😀", "");
  }

  @Test
  void theBlankBeforeAWordSurvivesBetweenPieces() {
    assertThat(pieces(LLAMA, LLAMA.encode("hello the hello", true)))
        .containsExactly("", "hello", " the", " hello", "");
  }

  @Test
  void specialTokensBetweenWordsDoNotEatTheBlank() {
    assertThat(pieces(LLAMA, new int[] {355, 2, 349})).containsExactly("hello", "", " the", "");
  }

  @Test
  void anIncompleteCharacterShowsAtTheEnd() {
    int[] ids = CHATML.encode("a你", false);
    int[] cut = {ids[0], ids[1], ids[2]};
    assertThat(pieces(CHATML, cut)).containsExactly("a", "", "", "\uFFFD");
    assertThat(pieces(LLAMA, new int[] {355, 231})).containsExactly("hello", "", "\uFFFD");
  }

  @Property(tries = 200)
  void piecesTogetherAreTheWholeText(
      @ForAll
          @StringLength(max = 40)
          @CharRange(from = ' ', to = '~')
          @Chars({'你', 'é', '\n', '\uFFFD', '▁'})
          String text) {
    for (Tokenizer tokenizer : List.of(LLAMA, CHATML)) {
      int[] ids = tokenizer.encode(text, true);
      assertThat(String.join("", pieces(tokenizer, ids))).isEqualTo(tokenizer.decode(ids, true));
    }
  }

  @AfterContainer
  static void close() {
    LLAMA.close();
    CHATML.close();
  }

  private static List<String> pieces(Tokenizer tokenizer, int[] ids) {
    StreamingDecoder decoder = tokenizer.streamingDecoder(true);
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(decoder.accept(id));
    }
    pieces.add(decoder.finish());
    return pieces;
  }
}
