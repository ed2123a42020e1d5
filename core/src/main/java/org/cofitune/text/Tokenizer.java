package org.cofitune.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a checkpoint: the Rust tokenizers library over its {@code tokenizer.json},
 * giving the ids that transformers gives. Nothing is truncated and nothing is padded.
 *
 * <pre>{@code
 * try (Tokenizer tokenizer = Tokenizer.load(checkpoint)) {
 *   int[] ids = tokenizer.encode("Once upon a time", true);
 *   String text = tokenizer.decode(ids, true);
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads. Holds native memory until closed.
 */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer library;
  private final Vocabulary vocabulary;
  private final Set<Integer> stopTokenIds;
  private final @Nullable Integer bos;
  private final @Nullable Integer eos;
  private final @Nullable Integer pad;
  private final @Nullable Integer unk;

  Tokenizer(HuggingFaceTokenizer library, Vocabulary vocabulary, SpecialTokens special) {
    this.library = library;
    this.vocabulary = vocabulary;
    this.stopTokenIds = Set.copyOf(special.stopIds(vocabulary));
    this.bos = special.id("bos", vocabulary);
    this.eos = special.id("eos", vocabulary);
    this.pad = special.id("pad", vocabulary);
    this.unk = special.id("unk", vocabulary);
  }

  /**
   * Loads the tokenizer of a checkpoint directory.
   *
   * @throws CofituneException of kind FORMAT where {@code tokenizer.json} is missing or broken
   */
  public static Tokenizer load(Path checkpointDir) {
    return TokenizerLoader.load(checkpointDir);
  }

  /**
   * Returns the ids of a text.
   *
   * @param addSpecialTokens true for exactly what transformers' {@code tokenizer(text)} returns
   *     (the post-processor of {@code tokenizer.json} adds its beginning or end tokens); false for
   *     the text alone, as for text that a chat template wrote. Special tokens written out in the
   *     text become their ids either way.
   * @throws CofituneException of kind DATA for text that is no Unicode (an unpaired surrogate)
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    return ids(libraryEncode(text, addSpecialTokens));
  }

  /** As {@link #encode}, with the place in the text of every token. */
  public TokenizedText encodeWithOffsets(String text, boolean addSpecialTokens) {
    Encoding encoding = libraryEncode(text, addSpecialTokens);
    int[] ids = ids(encoding);
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] units = unitsOfCodePoints(text);
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    int at = 0;
    for (int i = 0; i < ids.length; i++) {
      CharSpan span = spans[i];
      if (span == null) {
        starts[i] = at;
        ends[i] = at;
      } else {
        starts[i] = units[span.getStart()];
        ends[i] = units[span.getEnd()];
        at = ends[i];
      }
    }
    return new TokenizedText(ids, starts, ends);
  }

  /** Returns the text of ids; {@code skipSpecialTokens} leaves special tokens out. */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    return library.decode(wide, skipSpecialTokens);
  }

  /** A decoder for one text that is being generated. */
  public StreamingDecoder streamingDecoder(boolean skipSpecialTokens) {
    return new StreamingDecoder(this, skipSpecialTokens);
  }

  /** One more than the highest id, added tokens included. */
  public int vocabularySize() {
    return vocabulary.size();
  }

  public OptionalInt bosTokenId() {
    return optional(bos);
  }

  public OptionalInt eosTokenId() {
    return optional(eos);
  }

  /** The padding token where the checkpoint names one; never the end token in its stead. */
  public OptionalInt padTokenId() {
    return optional(pad);
  }

  public OptionalInt unkTokenId() {
    return optional(unk);
  }

  /**
   * Ids that end a generation: the {@code eos_token_id} of {@code generation_config.json} (one or
   * several; of {@code config.json} where that file has none) and the tokenizer's own end token.
   */
  public Set<Integer> stopTokenIds() {
    return stopTokenIds;
  }

  /**
   * The token as the vocabulary writes it, such as {@code ▁time} or {@code Ġtime}.
   *
   * @throws IndexOutOfBoundsException for an id without a token
   */
  public String token(int id) {
    String token = vocabulary.token(id);
    if (token == null) {
      throw new IndexOutOfBoundsException(
          "no token has id " + id + "; ids end at " + (vocabulary.size() - 1));
    }
    return token;
  }

  public OptionalInt tokenId(String token) {
    return optional(vocabulary.id(token));
  }

  /** Whether decoding with {@code skipSpecialTokens} leaves this id out. */
  public boolean isSpecial(int id) {
    return vocabulary.isSpecial(id);
  }

  /** Whether a text ends in a special token, written out. */
  boolean endsInSpecialToken(String text) {
    return vocabulary.endsInSpecial(text);
  }

  @Override
  public void close() {
    library.close();
  }

  private Encoding libraryEncode(String text, boolean addSpecialTokens) {
    requireUnicode(text);
    return library.encode(text, addSpecialTokens, false);
  }

  private static void requireUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw CofituneException.of(ErrorKind.DATA, "text is not valid Unicode")
            .at("character " + i)
            .expected("a surrogate pair")
            .found(String.format("unpaired surrogate \\u%04x", (int) c))
            .next("write the text as UTF-8")
            .build();
      }
    }
  }

  private static int[] ids(Encoding encoding) {
    long[] wide = encoding.getIds();
    int[] ids = new int[wide.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.toIntExact(wide[i]);
    }
    return ids;
  }

  /** The UTF-16 index at which each code point starts, and the length at the end. */
  private static int[] unitsOfCodePoints(String text) {
    int[] units = new int[text.codePointCount(0, text.length()) + 1];
    for (int point = 0, unit = 0; point < units.length; point++) {
      units[point] = unit;
      if (unit < text.length()) {
        unit += Character.charCount(text.codePointAt(unit));
      }
    }
    return units;
  }

  private static OptionalInt optional(@Nullable Integer id) {
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
