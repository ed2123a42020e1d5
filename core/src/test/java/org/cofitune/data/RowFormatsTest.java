package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cofitune.data.RowFiles.read;
import static org.cofitune.data.RowFiles.write;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cofitune.text.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RowFormatsTest {
  @TempDir Path folder;

  @Test
  void alpacaRowsAreAQuestionAndItsAnswer() {
    assertThat(
            messages(
                """
                {"instruction": "Add.", "input": "1 and 2", "output": "3", "type": "math"}"""))
        .containsExactly(Message.user("Add.\n1 and 2"), Message.assistant("3"));
  }

  @Test
  void alpacaRowsWithoutInputAskTheInstructionAlone() {
    List<Message> asked = List.of(Message.user("Go."), Message.assistant("Yes"));

    assertThat(messages("{\"instruction\": \"Go.\", \"input\": \"\", \"output\": \"Yes\"}"))
        .isEqualTo(asked);
    assertThat(messages("{\"instruction\": \"Go.\", \"input\": null, \"output\": \"Yes\"}"))
        .isEqualTo(asked);
    assertThat(messages("{\"instruction\": \"Go.\", \"output\": \"Yes\"}")).isEqualTo(asked);
  }

  @Test
  void alpacaRowsMayHaveASystemMessageAndAHistory() {
    assertThat(
            messages(
                """
                {"instruction": "q3", "output": "a3", "system": "Be brief.",\
                 "history": [["q1", "a1"], ["q2", "a2"]]}"""))
        .containsExactly(
            Message.system("Be brief."),
            Message.user("q1"),
            Message.assistant("a1"),
            Message.user("q2"),
            Message.assistant("a2"),
            Message.user("q3"),
            Message.assistant("a3"));
  }

  @Test
  void alpacaRowsThatCarryTheRenderedTextStayAlpaca() {
    assertThat(messages("{\"text\": \"Below is\", \"instruction\": \"q\", \"output\": \"a\"}"))
        .containsExactly(Message.user("q"), Message.assistant("a"));
  }

  @Test
  void messagesRowsKeepTheirTurnsAndToolCalls() {
    assertThat(
            messages(
                """
                {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"},\
                 {"role": "assistant", "content": null, "tool_calls": [{"id": "c1",\
                 "type": "function", "function": {"name": "f", "arguments": "{\\"x\\": 1}"}}]},\
                 {"role": "tool", "content": "2", "tool_call_id": "c1"},\
                 {"role": "assistant", "content": "two"}]}"""))
        .containsExactly(
            Message.system("s"),
            Message.user("u"),
            new Message(
                "assistant",
                "",
                List.of(
                    Map.of(
                        "id",
                        "c1",
                        "type",
                        "function",
                        "function",
                        Map.of("name", "f", "arguments", Map.of("x", 1))))),
            new Message("tool", "2"),
            Message.assistant("two"));
  }

  @Test
  void textPartsOfAMessageAreJoined() {
    assertThat(
            messages(
                """
                {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"},\
                 {"type": "text", "text": "b"}]}, {"role": "assistant", "content": "c"}]}"""))
        .containsExactly(Message.user("ab"), Message.assistant("c"));
  }

  @Test
  void shareGptSpeakersBecomeRoles() {
    assertThat(
            messages(
                """
                {"system": "s", "tools": "", "conversations": [{"from": "human", "value": "u"},\
                 {"from": "function_call", "value": "{\\"name\\": \\"f\\", \\"arguments\\": {}}"},\
                 {"from": "observation", "value": "o"}, {"from": "gpt", "value": "a"}]}"""))
        .containsExactly(
            Message.system("s"),
            Message.user("u"),
            new Message(
                "assistant",
                "",
                List.of(
                    Map.of(
                        "type",
                        "function",
                        "function",
                        Map.of("name", "f", "arguments", Map.of())))),
            new Message("tool", "o"),
            Message.assistant("a"));
  }

  @Test
  void conversationsMayBeWrittenWithRoles() {
    assertThat(
            messages(
                """
                {"conversations": [{"role": "user", "content": "u"},\
                 {"role": "assistant", "content": "a"}]}"""))
        .containsExactly(Message.user("u"), Message.assistant("a"));
  }

  @Test
  void textRowsAreTheText() {
    Path file =
        write(
            folder, "rows.jsonl", "{\"text\": \"Once \\u00e9 \\ud83d\\ude00\", \"title\": \"t\"}");

    assertThat(read(file)).containsExactly(new TextRow("Once é 😀", new RowSource(file, 1, 1)));
  }

  @Test
  void preTokenizedRowsKeepIdsAndLabels() {
    PreTokenizedRow row = preTokenized("{\"input_ids\": [1, 5, 6], \"labels\": [-100, -100, 6]}");

    assertThat(row.ids()).containsExactly(1, 5, 6);
    assertThat(row.labels()).containsExactly(-100, -100, 6);
  }

  @Test
  void paddingOfPreTokenizedRowsIsLeftOut() {
    PreTokenizedRow row =
        preTokenized(
            """
            {"input_ids": [1, 5, 6, 0, 0], "labels": [-100, 5, 6, -100, -100],\
             "attention_mask": [1, 1, 1, 0, 0]}""");

    assertThat(row.ids()).containsExactly(1, 5, 6);
    assertThat(row.labels()).containsExactly(-100, 5, 6);
  }

  private List<Message> messages(String line) {
    Row row = read(write(folder, "rows.jsonl", line)).get(0);
    return ((ConversationRow) row).messages();
  }

  private PreTokenizedRow preTokenized(String line) {
    return (PreTokenizedRow) read(write(folder, "rows.jsonl", line)).get(0);
  }
}
