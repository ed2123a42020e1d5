package org.cofitune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Expected ids were made with the Python tokenizers library over the same files. */
final class TokenizerTest {
  private static final Tokenizer LLAMA = Tokenizer.load(TinyCheckpoints.LLAMA);
  private static final Tokenizer CHATML = Tokenizer.load(TinyCheckpoints.CHATML);

  private static final int IM_START = 262;
  private static final int IM_END = 263;
  private static final int THINK = 264;

  @AfterAll
  static void close() {
    LLAMA.close();
    CHATML.close();
  }

  @Test
  void thePostProcessorAddsTheBeginningTokenOnlyWhereAsked() {
    assertThat(LLAMA.encode("hello the", true)).containsExactly(1, 355, 349);
    assertThat(LLAMA.encode("hello the", false)).containsExactly(355, 349);
    assertThat(CHATML.encode("hello", true)).isEqualTo(CHATML.encode("hello", false));
  }

  @Test
  void charactersOutsideTheVocabularyBecomeBytesAndComeBack() {
    int[] ids = LLAMA.encode("hello the 你😀", true);
    assertThat(ids).containsExactly(1, 355, 349, 259, 231, 192, 163, 243, 162, 155, 131);
    assertThat(LLAMA.decode(ids, true)).isEqualTo("hello the 你😀");
  }

  @Test
  void nothingIsTruncatedOrPaddedWhateverTheFileAsksFor() {
    assertThat(CHATML.encode("h", true)).hasSize(1);
    assertThat(CHATML.encode("xyz ".repeat(1000), true)).hasSize(4000);
  }

  @Test
  void specialTokensInTheTextBecomeTheirIdsAndAreLeftOutOnRequest() {
    int[] ids = CHATML.encode("<|im_start|>hello<think><|im_end|>", false);
    assertThat(ids).containsExactly(IM_START, 259, THINK, IM_END);
    assertThat(CHATML.decode(ids, true)).isEqualTo("hello<think>");
    assertThat(CHATML.decode(ids, false)).isEqualTo("<|im_start|>hello<think><|im_end|>");
    assertThat(CHATML.isSpecial(IM_END)).isTrue();
    assertThat(CHATML.isSpecial(THINK)).isFalse();
  }

  @Test
  void offsetsCountUtf16UnitsSoThatSubstringsMatch() {
    String text = "😀 hello<|im_end|>é";
    TokenizedText tokens = CHATML.encodeWithOffsets(text, false);
    assertThat(tokens.ids()).isEqualTo(CHATML.encode(text, false));
    int hello = 4;
    assertThat(text.substring(tokens.starts()[hello], tokens.ends()[hello])).isEqualTo(" hello");
    assertThat(text.substring(tokens.starts()[0], tokens.ends()[3])).isEqualTo("😀");
    assertThat(tokens.ends()[tokens.length() - 1]).isEqualTo(text.length());
  }

  @Test
  void tokensThatStandForNoTextHaveEmptyOffsets() {
    TokenizedText tokens = LLAMA.encodeWithOffsets("the", true);
    assertThat(tokens.ids()).containsExactly(1, 349);
    assertThat(tokens.starts()).containsExactly(0, 0);
    assertThat(tokens.ends()).containsExactly(0, 3);
  }

  @Test
  void rolesAreReadFromTheConfigurationFiles() {
    assertThat(LLAMA.bosTokenId()).hasValue(1);
    assertThat(LLAMA.eosTokenId()).hasValue(2);
    assertThat(LLAMA.unkTokenId()).hasValue(0);
    assertThat(LLAMA.stopTokenIds()).containsExactly(2);
    assertThat(CHATML.eosTokenId()).hasValue(IM_END);
    assertThat(CHATML.padTokenId()).hasValue(261);
    assertThat(CHATML.stopTokenIds()).containsExactlyInAnyOrder(261, IM_END);
  }

  @Test
  void anExplicitNullMeansNoBeginningTokenWhateverTheModelConfigSays() {
    assertThat(CHATML.bosTokenId()).isEmpty();
  }

  @Test
  void aTokenThatOnlyTheConfigurationDeclaresGetsTheNextId() {
    assertThat(LLAMA.padTokenId()).hasValue(359);
    assertThat(LLAMA.vocabularySize()).isEqualTo(360);
    assertThat(LLAMA.encode("the<pad>", false)).containsExactly(349, 359);
    assertThat(LLAMA.isSpecial(359)).isTrue();
  }

  @Test
  void tokensAreFoundByIdAndByText() {
    assertThat(LLAMA.token(355)).isEqualTo("▁hello");
    assertThat(LLAMA.tokenId("▁hello")).hasValue(355);
    assertThat(LLAMA.tokenId("absent")).isEmpty();
    assertThatThrownBy(() -> LLAMA.token(360)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void anUnpairedSurrogateIsRefused() {
    assertThatThrownBy(() -> LLAMA.encode("ab\ud83d", true))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("character 2")
        .hasMessageContaining("\\ud83d");
  }

  @Test
  void theNulCharacterSurvives() {
    int[] ids = CHATML.encode("a\0b", false);
    assertThat(ids).hasSize(3);
    assertThat(CHATML.decode(ids, true)).isEqualTo("a\0b");
  }

  @Test
  void aMissingTokenizerIsNamedWithWhatIsThere(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("tokenizer.model"), "");
    Files.writeString(directory.resolve("config.json"), "{}");
    assertThatThrownBy(() -> Tokenizer.load(directory))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
        .hasMessageContaining("expected tokenizer.json, found config.json, tokenizer.model")
        .hasMessageContaining("save_pretrained");
    assertThatThrownBy(() -> Tokenizer.load(directory.resolve("nowhere")))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void aBrokenTokenizerIsNamedWithTheReason(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    for (String broken :
        new String[] {
          "",
          "[]",
          "{}",
          "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}",
          "{\"model\": {}}",
          "{\"model\": {\"type\": \"BPX\", \"vocab\": {\"a\": 0}}}",
          "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": \"x\"}}}"
        }) {
      Files.writeString(file, broken);
      assertThatThrownBy(() -> Tokenizer.load(directory))
          .isInstanceOfSatisfying(
              CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FORMAT))
          .hasMessageContaining("tokenizer.json");
    }
  }

  @Test
  @Timeout(20)
  void aTokenizerBeyondAllMeasureIsRefused(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(file, "{\"model\": {\"vocab\": {\"a\": 0}}, \"x\": " + "[".repeat(1_000_000));
    assertThatThrownBy(() -> Tokenizer.load(directory)).isInstanceOf(CofituneException.class);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }
    assertThatThrownBy(() -> Tokenizer.load(directory))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("too large");
  }

  @Test
  void brokenConfigurationIsNamedByFileAndLine(@TempDir Path directory) throws IOException {
    Files.copy(
        TinyCheckpoints.LLAMA.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
    Files.writeString(directory.resolve("tokenizer_config.json"), "{\n\"bos_token\": <\n}");
    assertThatThrownBy(() -> Tokenizer.load(directory))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("tokenizer_config.json:2");
  }
}
