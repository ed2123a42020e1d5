package org.cofitune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cofitune.testing.Shared;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Real chat templates as prompt formats. */
final class ChatPromptGoldenTest {
  private static final Tokenizer TOKENIZER = Tokenizer.load(TinyCheckpoints.CHATML);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;

  @AfterAll
  static void close() {
    TOKENIZER.close();
  }

  @TestFactory
  Stream<DynamicTest> theAnswerFollowsWhatTheModelIsPromptedWith() throws IOException {
    JsonNode cases = JSON.readTree(Shared.of("golden/chat-templates.json").toFile());
    return StreamSupport.stream(cases.spliterator(), false)
        .filter(node -> node.get("conv").textValue().equals("nosys"))
        .filter(node -> !node.get("name").textValue().startsWith("p_"))
        // Ends every conversation with a footer, so no answer can follow what it prompts with.
        .filter(node -> !node.get("name").textValue().equals("multiline_trimblocks"))
        .map(node -> dynamicTest(node.get("name").textValue(), () -> check(node)));
  }

  private static void check(JsonNode node) throws IOException {
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        JSON.writeValueAsString(
            Map.of(
                "chat_template", node.get("template"), "bos_token", "<s>", "eos_token", "</s>")));
    ChatTemplate template = ChatTemplate.load(directory).orElseThrow();
    List<Message> messages =
        StreamSupport.stream(node.get("ctx").get("messages").spliterator(), false)
            .map(m -> new Message(m.get("role").textValue(), m.get("content").textValue()))
            .toList();
    Message answer = messages.get(messages.size() - 1);

    List<Segment> segments = new ChatPrompt(template, TOKENIZER).render(messages);

    String whole = segments.stream().map(Segment::text).collect(Collectors.joining());
    assertThat(whole).isEqualTo(template.render(messages, false));
    assertThat(segments.get(0).supervised()).isFalse();
    assertThat(segments.get(1).supervised()).isTrue();
    assertThat(segments.get(1).text().strip()).startsWith(answer.content());
  }
}
