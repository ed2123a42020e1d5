package org.cofitune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.AlpacaPrompt;
import org.cofitune.text.Message;
import org.cofitune.text.PromptFormat;
import org.cofitune.text.RawText;
import org.cofitune.text.Segment;
import org.cofitune.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExampleTokenizerTest {
  private static final Tokenizer LLAMA = TinyTokenizers.llama();
  private static final Tokenizer BYTE_LEVEL = TinyTokenizers.byteLevel();
  private static final int BOS = 1;
  private static final int EOS = 2;
  private static final RowSource SOURCE = new RowSource(Path.of("rows.jsonl"), 7, 7);

  @Test
  void theAnswerAndTheEndOfSequenceAreSupervised() {
    TokenizedExample example = tokenize(new AlpacaPrompt(), Message.user("a"), assistant("hello"));

    assertThat(example.ids()).startsWith(BOS).endsWith(id("▁hello"), EOS);
    assertThat(supervisedIds(example)).containsExactly(id("▁hello"), EOS);
    assertThat(LLAMA.decode(example.ids(), true))
        .endsWith("### Instruction:\na\n\n### Response: hello");
  }

  @Test
  void supervisingAllCountsThePromptToo() {
    TokenizedExample example =
        new ExampleTokenizer(LLAMA, new AlpacaPrompt(), Supervised.ALL, LLAMA.vocabularySize())
            .tokenize(conversation(Message.user("a"), assistant("hello")));

    assertThat(example.labels()).isEqualTo(example.ids());
    assertThat(example.ids())
        .isEqualTo(tokenize(new AlpacaPrompt(), Message.user("a"), assistant("hello")).ids());
  }

  @Test
  void everyAnswerOfAConversationIsSupervisedAndEnds() {
    TokenizedExample example =
        tokenize(
            new AlpacaPrompt(),
            Message.user("a"),
            assistant("hello"),
            Message.user("b"),
            assistant("the"));

    assertThat(supervisedIds(example)).containsExactly(id("▁hello"), EOS, id("▁the"), EOS);
    assertThat(IntStream.of(example.ids()).filter(id -> id == BOS)).hasSize(1);
  }

  @Test
  void textIsSupervisedBehindTheBeginningToken() {
    TokenizedExample example = tokenizer(new AlpacaPrompt()).tokenize(text("hello the"));

    assertThat(example.ids()).containsExactly(BOS, id("▁hello"), id("▁the"), EOS);
    assertThat(example.labels())
        .containsExactly(TokenizedExample.IGNORED, id("▁hello"), id("▁the"), EOS);
  }

  @Test
  void beginningAndEndThatTheTextSpellsAreNotRepeated() {
    TokenizedExample example = tokenizer(new RawText()).tokenize(text("<s>hello</s>"));

    assertThat(IntStream.of(example.ids()).filter(id -> id == BOS)).hasSize(1);
    assertThat(IntStream.of(example.ids()).filter(id -> id == EOS)).hasSize(1);
  }

  @Test
  void noBlankComesBetweenStretches() {
    TokenizedExample example = tokenize(new RawText(), Message.user("ab"), assistant("hello"));

    assertThat(example.ids()).containsExactly(BOS, id("▁a"), id("b"), id("hello"), EOS);
  }

  @Property(tries = 200)
  void whereNoTokenReachesAcrossABoundaryTheIdsAreThoseOfTheWholeText(
      @ForAll("words") List<String> turns) {
    List<Message> messages = turns(turns);
    StringBuilder whole = new StringBuilder();
    for (Segment segment : new AlpacaPrompt().render(messages)) {
      whole.append(segment.text()).append(segment.endsSequence() ? "</s>" : "");
    }

    assertThat(tokenize(new AlpacaPrompt(), messages.toArray(Message[]::new)).ids())
        .isEqualTo(LLAMA.encode(whole.toString(), true));
  }

  /** As a whole, "hel" + "lo" would be the one token "hello", which no generation starts from. */
  @Test
  void tokensNeverReachAcrossTheBeginningOfAnAnswer() {
    TokenizedExample example =
        new ExampleTokenizer(
                BYTE_LEVEL, new RawText(), Supervised.RESPONSE, BYTE_LEVEL.vocabularySize())
            .tokenize(conversation(Message.user("hel"), assistant("lo")));

    assertThat(BYTE_LEVEL.encode("hello", false)).hasSize(1);
    assertThat(example.ids()).startsWith(BYTE_LEVEL.encode("hel", false));
    assertThat(BYTE_LEVEL.decode(supervisedIds(example), true)).isEqualTo("lo");
  }

  @Test
  void aChatTemplateSupervisesEveryAnswerAndItsEndOfTurn() {
    PromptFormat chatMl = TinyTokenizers.chatMl(BYTE_LEVEL);
    TokenizedExample example =
        new ExampleTokenizer(BYTE_LEVEL, chatMl, Supervised.RESPONSE, BYTE_LEVEL.vocabularySize())
            .tokenize(
                conversation(
                    Message.user("a"), assistant("hello"), Message.user("b"), assistant("the")));

    assertThat(BYTE_LEVEL.decode(supervisedIds(example), false))
        .isEqualTo("hello<|im_end|>the<|im_end|>");
  }

  @Property(tries = 100)
  void generationStartsFromTheBeginningOfTheExampleWithLlama(@ForAll("words") List<String> turns) {
    assertPromptsBeginTheExample(LLAMA, new AlpacaPrompt(), turns);
  }

  @Property(tries = 100)
  void generationStartsFromTheBeginningOfTheExampleAtTheByteLevel(
      @ForAll("words") List<String> turns) {
    assertPromptsBeginTheExample(BYTE_LEVEL, new AlpacaPrompt(), turns);
  }

  @Property(tries = 100)
  void generationStartsFromTheBeginningOfTheExampleWithAChatTemplate(
      @ForAll("words") List<String> turns) {
    assertPromptsBeginTheExample(BYTE_LEVEL, TinyTokenizers.chatMl(BYTE_LEVEL), turns);
  }

  private static void assertPromptsBeginTheExample(
      Tokenizer tokenizer, PromptFormat format, List<String> turns) {
    ExampleTokenizer examples =
        new ExampleTokenizer(tokenizer, format, Supervised.RESPONSE, tokenizer.vocabularySize());
    List<Message> messages = turns(turns);
    int[] ids = examples.tokenize(new ConversationRow(messages, SOURCE)).ids();

    for (int asked = 1; asked < messages.size(); asked += 2) {
      int[] prompt = examples.promptIds(messages.subList(0, asked));
      assertThat(Arrays.copyOf(ids, prompt.length)).isEqualTo(prompt);
    }
  }

  @Property(tries = 200)
  void stretchesReadTogetherAreTheText(@ForAll("words") List<String> turns) {
    List<Message> messages = turns.stream().map(Message::user).toList();
    List<Message> answered = new ArrayList<>(messages);
    answered.add(assistant("hello"));
    TokenizedExample example = tokenize(new RawText(), answered.toArray(Message[]::new));

    assertThat(LLAMA.decode(example.ids(), true)).isEqualTo(String.join("", turns) + "hello");
  }

  @Test
  void preTokenizedRowsStayAsTheyAre() {
    int[] ids = {1, 5, 6};
    int[] labels = {-100, -100, 6};
    TokenizedExample example =
        tokenizer(new RawText()).tokenize(new PreTokenizedRow(ids, labels, SOURCE));

    assertThat(example.ids()).isEqualTo(ids);
    assertThat(example.labels()).isEqualTo(labels);
  }

  @Test
  void idsOutsideTheVocabularyAreRefused() {
    int size = LLAMA.vocabularySize();

    assertDataError(
        new PreTokenizedRow(new int[] {1, size}, new int[] {-100, 3}, SOURCE),
        "rows.jsonl:7: token is outside the model's vocabulary: expected ids below "
            + size
            + ", found "
            + size
            + " at position 1");
    assertDataError(
        new PreTokenizedRow(new int[] {1, 3}, new int[] {-100, size}, SOURCE), "at position 1");
  }

  @Test
  void aConversationThatTheFormatCannotWriteIsNamedByItsRow() {
    assertThatThrownBy(
            () -> tokenize(new AlpacaPrompt(), assistant("a"), Message.user("b"), assistant("c")))
        .isInstanceOf(CofituneException.class)
        .hasMessageStartingWith("rows.jsonl:7, message 1: the Alpaca prompt cannot express");
  }

  @Test
  void aTokenizerWithoutEndOfSequenceIsRefused(@TempDir Path folder) throws IOException {
    Path llama = Path.of("src/test/resources/text/tiny-llama/tokenizer.json");
    Files.copy(llama, folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": null}");

    try (Tokenizer endless = Tokenizer.load(folder)) {
      ExampleTokenizer examples =
          new ExampleTokenizer(endless, new RawText(), Supervised.RESPONSE, 1000);
      assertThatThrownBy(() -> examples.tokenize(text("a")))
          .isInstanceOfSatisfying(
              CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
          .hasMessageContaining("no end-of-sequence token");
    }
  }

  @Provide
  Arbitrary<List<String>> words() {
    return Arbitraries.of("h", "e", "l", "o", " ", "t", "\n", ":", "#", ".", "4", "é", "😀")
        .list()
        .ofMinSize(1)
        .ofMaxSize(12)
        .map(characters -> String.join("", characters))
        .list()
        .ofMinSize(2)
        .ofMaxSize(6)
        .filter(turns -> turns.size() % 2 == 0);
  }

  private static List<Message> turns(List<String> texts) {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < texts.size(); i += 2) {
      messages.add(Message.user(texts.get(i)));
      messages.add(assistant(texts.get(i + 1)));
    }
    return messages;
  }

  private static void assertDataError(Row row, String message) {
    assertThatThrownBy(() -> tokenizer(new RawText()).tokenize(row))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DATA))
        .hasMessageContaining(message);
  }

  private static ExampleTokenizer tokenizer(PromptFormat format) {
    return new ExampleTokenizer(LLAMA, format, Supervised.RESPONSE, LLAMA.vocabularySize());
  }

  private static TokenizedExample tokenize(PromptFormat format, Message... messages) {
    return tokenizer(format).tokenize(conversation(messages));
  }

  private static ConversationRow conversation(Message... messages) {
    return new ConversationRow(List.of(messages), SOURCE);
  }

  private static TextRow text(String text) {
    return new TextRow(text, SOURCE);
  }

  private static Message assistant(String content) {
    return Message.assistant(content);
  }

  private static int id(String token) {
    return LLAMA.tokenId(token).orElseThrow();
  }

  private static int[] supervisedIds(TokenizedExample example) {
    return IntStream.range(0, example.tokens())
        .filter(i -> example.labels()[i] != TokenizedExample.IGNORED)
        .map(i -> example.ids()[i])
        .toArray();
  }
}
