package org.cofitune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.Message;

/**
 * A JSON Lines file of prompts: {@code {"prompt": "..."}} is continued as it stands, {@code
 * {"messages": [...]}} and {@code {"instruction": "...", "input": "..."}} are asked in the
 * checkpoint's own format.
 */
final class PromptFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Prompts prompts;

  PromptFile(Path file, Prompts prompts) {
    this.file = file;
    this.prompts = prompts;
  }

  /** The prompts as token ids, in the order of the lines; blank lines are no prompts. */
  List<int[]> read() {
    List<int[]> rows = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          rows.add(prompt(line, number));
        }
      }
    } catch (IOException e) {
      throw CofituneException.of(ErrorKind.DATA, "the prompts cannot be read")
          .at(file)
          .expected("a JSON Lines file in UTF-8")
          .found(e.getClass().getSimpleName())
          .next("check the path and the encoding")
          .cause(e)
          .build();
    }
    if (rows.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "no prompt")
          .at(file)
          .expected("at least one line")
          .found("none")
          .next("write one JSON object a line")
          .build();
    }
    return rows;
  }

  private int[] prompt(String line, int number) {
    JsonNode row;
    try {
      row = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw wrong(number, "malformed JSON", e.getOriginalMessage());
    }
    if (row.path("prompt").isTextual()) {
      return prompts.ofText(row.get("prompt").textValue());
    }
    if (row.path("instruction").isTextual()) {
      String input = row.path("input").asText("");
      String question = row.get("instruction").textValue();
      Message message = Message.user(input.isEmpty() ? question : question + "\n" + input);
      return prompts.ofConversation(List.of(message));
    }
    if (row.path("messages").isArray() && !row.get("messages").isEmpty()) {
      List<Message> messages = new ArrayList<>();
      for (JsonNode message : row.get("messages")) {
        if (!message.path("role").isTextual() || !message.path("content").isTextual()) {
          throw wrong(number, "a message has no role or no content", message.toString());
        }
        messages.add(
            new Message(message.get("role").textValue(), message.get("content").textValue()));
      }
      return prompts.ofConversation(messages);
    }
    throw wrong(number, "no prompt in the row", String.join(", ", names(row)));
  }

  private static List<String> names(JsonNode row) {
    List<String> names = new ArrayList<>();
    row.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private CofituneException wrong(int number, String what, String found) {
    return CofituneException.of(ErrorKind.DATA, what)
        .at(file + ":" + number)
        .expected("\"prompt\", \"messages\" or \"instruction\"")
        .found(found.isEmpty() ? "nothing" : found)
        .next("correct the line")
        .build();
  }
}
