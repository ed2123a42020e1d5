package org.cofitune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChatPromptTest {
  private static final Tokenizer TOKENIZER = Tokenizer.load(TinyCheckpoints.CHATML);
  private static final List<Message> TWO_TURNS =
      List.of(Message.user("a"), Message.assistant("b"), Message.user("c"), Message.assistant("d"));

  @TempDir private Path directory;

  @AfterAll
  static void close() {
    TOKENIZER.close();
  }

  @Test
  void everyAnswerIsSupervisedWithTheTokenThatEndsItsTurn() {
    PromptFormat format = PromptFormat.of(TinyCheckpoints.CHATML, TOKENIZER);
    assertThat(format.render(TWO_TURNS))
        .containsExactly(
            new Segment("<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n", false),
            new Segment("b<|im_end|>", true),
            new Segment("\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n", false),
            new Segment("d<|im_end|>", true),
            new Segment("\n", false));
    assertThat(format.addsSpecialTokens()).isFalse();
  }

  @Test
  void thePromptForGenerationIsTheTextBeforeTheAnswer() {
    PromptFormat format = PromptFormat.of(TinyCheckpoints.CHATML, TOKENIZER);
    String prompt = format.generationPrompt(TWO_TURNS.subList(0, 3));
    assertThat(text(format.render(TWO_TURNS))).startsWith(prompt + "d<|im_end|>");
  }

  @Test
  void generationTagsDecideWhereTheTemplateHasThem() throws IOException {
    PromptFormat format =
        format(
            "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}"
                + "{% generation %}{{ m.content }}<|im_end|>{% endgeneration %}"
                + "{% else %}{{ m.content }}{% endif %}{% endfor %}");
    assertThat(format.render(TWO_TURNS))
        .containsExactly(
            new Segment("<user>a<assistant>", false),
            new Segment("b<|im_end|>", true),
            new Segment("<user>c<assistant>", false),
            new Segment("d<|im_end|>", true));
  }

  @Test
  void anAnswerThatTheTemplateRewritesLaterIsNotSupervised() throws IOException {
    PromptFormat format =
        format(
            "{% for m in messages %}<|im_start|>{{ m.role }}:{% if m.role == 'assistant' and"
                + " loop.last %}<think></think>{% endif %}{{ m.content }}<|im_end|>{% endfor %}"
                + "{% if add_generation_prompt %}<|im_start|>assistant:{% endif %}");
    assertThat(supervised(format.render(TWO_TURNS))).containsExactly("<think></think>d<|im_end|>");
  }

  @Test
  void aTemplateThatEndsOnlyTheLastTurnStillSupervisesEveryAnswer() throws IOException {
    PromptFormat format =
        format(
            "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ '\\n' if not loop.last }}"
                + "{% endfor %}{% if add_generation_prompt %}\nassistant: {% endif %}");
    assertThat(format.render(TWO_TURNS))
        .containsExactly(
            new Segment("user: a\nassistant: ", false),
            new Segment("b", true),
            new Segment("\nuser: c\nassistant: ", false),
            new Segment("d", true, true));
  }

  @Test
  void aTagThatOnlyGenerationBeginsWithLeavesTheAnswerSupervised() throws IOException {
    PromptFormat format =
        format(
            "{% for m in messages %}<{{ m.role }}>{{ m.content }}<|im_end|>{% endfor %}"
                + "{% if add_generation_prompt %}<assistant><think>\n{% endif %}");
    assertThat(supervised(format.render(TWO_TURNS))).containsExactly("b<|im_end|>", "d<|im_end|>");
  }

  @Test
  void aTemplateThatMovesTheSystemTextIsRefusedForTheRow() throws IOException {
    PromptFormat format =
        format(
            "{% for m in messages %}{% if m.role != 'system' %}[{{ messages[0].content if loop.last"
                + " and m.role == 'user' }}{{ m.content }}]{% endif %}{% endfor %}");
    List<Message> messages =
        List.of(Message.system("S"), Message.user("a"), Message.assistant("b"));
    assertThatThrownBy(() -> format.render(messages))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA))
        .hasMessageContaining("message 3");
  }

  @Test
  void specialTokensToolCallsAndVariablesReachTheTemplate() throws IOException {
    write(
        "{{ bos_token is defined }} {{ eos_token }} {{ pad_token }} {{ tools is none }} {{ mood }}"
            + " {{ messages[0].tool_calls[0].function.name }} {{ messages[0] | tojson }}");
    Message call = new Message("assistant", "", List.of(Map.of("function", Map.of("name", "get"))));
    ChatTemplate template = ChatTemplate.load(directory).orElseThrow();
    assertThat(template.withVariable("mood", "calm").render(List.of(call), false))
        .isEqualTo(
            "False <|im_end|> <|endoftext|> True calm get {\"role\": \"assistant\","
                + " \"content\": \"\", \"tool_calls\": [{\"function\": {\"name\": \"get\"}}]}");
  }

  @Test
  void theTemplateFileWinsAndOfNamedTemplatesTheDefault() throws IOException {
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"},"
            + " {\"name\": \"default\", \"template\": \"d\"}]}");
    assertThat(ChatTemplate.load(directory).orElseThrow().render(List.of(), false)).isEqualTo("d");
    Files.writeString(directory.resolve("chat_template.jinja"), "file\n");
    assertThat(ChatTemplate.load(directory).orElseThrow().render(List.of(), false))
        .isEqualTo("file");
  }

  @Test
  void namedTemplatesWithoutADefaultAreRefused() throws IOException {
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}]}");
    assertThatThrownBy(() -> ChatTemplate.load(directory))
        .hasMessageContaining("found rag")
        .hasMessageContaining("chat_template.jinja");
  }

  @Test
  void aCheckpointWithoutATemplateGetsTheAlpacaPrompt() {
    assertThat(ChatTemplate.load(TinyCheckpoints.LLAMA)).isEmpty();
    assertThat(PromptFormat.of(TinyCheckpoints.LLAMA, TOKENIZER)).isInstanceOf(AlpacaPrompt.class);
  }

  private PromptFormat format(String template) throws IOException {
    write(template);
    return PromptFormat.of(directory, TOKENIZER);
  }

  private void write(String template) throws IOException {
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        new ObjectMapper()
            .writeValueAsString(
                Map.of(
                    "chat_template", template,
                    "eos_token", "<|im_end|>",
                    "pad_token", "<|endoftext|>")));
  }

  private static List<String> supervised(List<Segment> segments) {
    return segments.stream().filter(Segment::supervised).map(Segment::text).toList();
  }

  private static String text(List<Segment> segments) {
    return segments.stream().map(Segment::text).collect(Collectors.joining());
  }
}
