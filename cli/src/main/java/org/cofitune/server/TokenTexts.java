package org.cofitune.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.text.Tokenizer;

/**
 * What single tokens say, as OpenAI writes it: with their leading blank, and {@code bytes:\xe2}
 * where a token is a part of a character.
 */
final class TokenTexts {
  private static final char REPLACEMENT = '\uFFFD';
  private static final Pattern BYTE_TOKEN = Pattern.compile("<0x([0-9A-F]{2})>");
  private static final String NEUTRAL_TEXT = "a";

  private final Tokenizer tokenizer;
  private final AtomicReferenceArray<TokenText> known;

  /** Stands before a token, so that its blank is not taken for the beginning of a text. */
  private final int[] before;

  private final String beforeText;

  /**
   * A token.
   *
   * @param text what it says
   * @param bytes its bytes in UTF-8
   */
  record TokenText(String text, byte[] bytes) {}

  TokenTexts(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.known = new AtomicReferenceArray<>(tokenizer.vocabularySize());
    this.before = tokenizer.encode(NEUTRAL_TEXT, false);
    this.beforeText = tokenizer.decode(before, false);
  }

  /** The text of a token; of an id that the tokenizer does not know, nothing. */
  TokenText of(int id) {
    if (id >= known.length()) {
      return new TokenText("", new byte[0]);
    }
    TokenText text = known.get(id);
    if (text == null) {
      text = read(id);
      known.set(id, text);
    }
    return text;
  }

  private TokenText read(int id) {
    int[] ids = Arrays.copyOf(before, before.length + 1);
    ids[before.length] = id;
    String decoded = tokenizer.decode(ids, false);
    String text =
        decoded.startsWith(beforeText)
            ? decoded.substring(beforeText.length())
            : tokenizer.decode(new int[] {id}, false);
    if (text.indexOf(REPLACEMENT) >= 0) {
      Optional<byte[]> bytes = partOfCharacter(id);
      if (bytes.isPresent()) {
        return new TokenText(escaped(bytes.get()), bytes.get());
      }
    }
    return new TokenText(text, text.getBytes(StandardCharsets.UTF_8));
  }

  private Optional<byte[]> partOfCharacter(int id) {
    String token;
    try {
      token = tokenizer.token(id);
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
    Matcher single = BYTE_TOKEN.matcher(token);
    return single.matches()
        ? Optional.of(new byte[] {(byte) Integer.parseInt(single.group(1), 16)})
        : byteLevel(token);
  }

  /** The bytes of a token of a byte-level vocabulary, which has a visible character for each. */
  private static Optional<byte[]> byteLevel(String token) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < token.length(); i++) {
      int value = byteOf(token.charAt(i));
      if (value < 0) {
        return Optional.empty();
      }
      bytes.write(value);
    }
    return Optional.of(bytes.toByteArray());
  }

  private static int byteOf(char visible) {
    if (isVisible(visible)) {
      return visible;
    }
    int wanted = visible - 256;
    for (int value = 0; value < 256; value++) {
      if (!isVisible(value) && wanted-- == 0) {
        return value;
      }
    }
    return -1;
  }

  private static boolean isVisible(int value) {
    return (value >= '!' && value <= '~')
        || (value >= 0xA1 && value <= 0xAC)
        || (value >= 0xAE && value <= 0xFF);
  }

  private static String escaped(byte[] bytes) {
    StringBuilder text = new StringBuilder("bytes:");
    for (byte one : bytes) {
      text.append(String.format("\\x%02x", one));
    }
    return text.toString();
  }
}
