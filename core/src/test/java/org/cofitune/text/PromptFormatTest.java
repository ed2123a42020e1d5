package org.cofitune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.Test;

final class PromptFormatTest {
  private static final String AUTHORS_PROMPT =
      """
      Below is an instruction that describes a task. Write a response that appropriately completes the request.

      ### Instruction:
      Add 1 and 2.

      ### Response:\
      """;

  @Test
  void theAlpacaTextIsTheAuthorsAndTheAnswerEndsTheSequence() {
    List<Segment> segments =
        new AlpacaPrompt().render(List.of(Message.user("Add 1 and 2."), Message.assistant("3")));
    assertThat(segments)
        .containsExactly(new Segment(AUTHORS_PROMPT, false), new Segment(" 3", true, true));
  }

  @Test
  void furtherTurnsOfAlpacaFollowAndEveryAnswerIsSupervised() {
    List<Segment> segments =
        new AlpacaPrompt()
            .render(
                List.of(
                    Message.system("Be brief."),
                    Message.user("a"),
                    Message.assistant("b"),
                    Message.user("c"),
                    Message.assistant("d")));
    assertThat(segments)
        .containsExactly(
            new Segment("Be brief.\n\n### Instruction:\na\n\n### Response:", false),
            new Segment(" b", true, true),
            new Segment("\n\n### Instruction:\nc\n\n### Response:", false),
            new Segment(" d", true, true));
  }

  @Test
  void generatingStartsWhereTheTrainingTextOfTheAnswerStarts() {
    List<Message> asked = List.of(Message.user("Add 1 and 2."));
    List<Message> answered = List.of(Message.user("Add 1 and 2."), Message.assistant("3"));
    for (PromptFormat format : List.of(new AlpacaPrompt(), new RawText())) {
      String unsupervised =
          format.render(answered).stream()
              .filter(segment -> !segment.supervised())
              .map(Segment::text)
              .collect(Collectors.joining());
      assertThat(format.generationPrompt(asked)).isEqualTo(unsupervised);
    }
  }

  @Test
  void anOrderThatAlpacaCannotExpressIsRefusedByMessage() {
    List<Message> twice = List.of(Message.user("a"), Message.user("b"));
    assertThatThrownBy(() -> new AlpacaPrompt().render(twice))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA))
        .hasMessageContaining("message 2")
        .hasMessageContaining("expected role assistant, found role user");
    assertThatThrownBy(() -> new AlpacaPrompt().generationPrompt(List.of()))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("no messages");
  }

  @Test
  void rawTextIsSupervisedWholeAndUnframed() {
    assertThat(new RawText().render(List.of(Message.assistant("Once."))))
        .containsExactly(new Segment("Once.", true, true));
  }
}
