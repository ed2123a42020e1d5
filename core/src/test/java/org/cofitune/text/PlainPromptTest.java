package org.cofitune.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PlainPromptTest {
  @Test
  void anAnswerStandsOnTheLineBehindItsQuestion() {
    assertThat(new PlainPrompt().render(List.of(Message.user("Q"), Message.assistant("A"))))
        .containsExactly(new Segment("Q\n", false), new Segment("A", true, true));
  }

  @Test
  void theModelIsAskedWhatItWasTaught() {
    PlainPrompt format = new PlainPrompt();

    assertThat(format.generationPrompt(List.of(Message.user("Q")))).isEqualTo("Q\n");
  }
}
