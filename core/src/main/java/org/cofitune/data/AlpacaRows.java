package org.cofitune.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.text.Message;

/**
 * Rows {@code {"instruction", "input", "output"}}, with LLaMA-Factory's optional {@code system} and
 * {@code history} (pairs of an earlier question and its answer). The question is the instruction
 * and, on a new line, the input where there is one.
 */
final class AlpacaRows {
  private AlpacaRows() {}

  static ConversationRow read(Fields row) {
    String instruction = row.text("instruction");
    String input = row.textOrEmpty("input");
    String output = row.text("output");
    String system = row.textOrEmpty("system");
    if (output.isBlank()) {
      throw Turns.nothingToLearn(row, "a non-empty \"output\"", "\"" + output + "\"");
    }
    if (instruction.isBlank() && input.isBlank()) {
      throw row.bad("row asks nothing")
          .expected("a non-empty \"instruction\"")
          .found("\"" + instruction + "\"")
          .next("fill the row in, or write it as {\"text\": ...}")
          .build();
    }
    List<Message> messages = new ArrayList<>();
    if (!system.isEmpty()) {
      messages.add(Message.system(system));
    }
    if (row.has("history")) {
      history(row, messages);
    }
    messages.add(Message.user(question(instruction, input)));
    messages.add(Message.assistant(output));
    return Turns.conversation(row, messages);
  }

  private static String question(String instruction, String input) {
    if (input.isEmpty()) {
      return instruction;
    }
    return instruction.isEmpty() ? input : instruction + "\n" + input;
  }

  private static void history(Fields row, List<Message> messages) {
    JsonNode turns = row.array("history");
    for (int i = 0; i < turns.size(); i++) {
      JsonNode pair = turns.get(i);
      String key = "history[" + i + "]";
      if (!pair.isArray() || pair.size() != 2) {
        throw row.wrongType(key, "a pair [question, answer]", pair);
      }
      messages.add(Message.user(row.textOf(pair.get(0), key + "[0]")));
      messages.add(Message.assistant(row.textOf(pair.get(1), key + "[1]")));
    }
  }
}
