package org.cofitune.evaluate.metric;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Words for metrics that compare words: lower-cased runs of letters and digits, and every Chinese
 * or Japanese character by itself because these scripts put no space between words.
 *
 * <p>For ASCII text these are the tokens of Google's rouge_score package.
 */
final class Words {
  private Words() {}

  static List<String> of(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    List<String> words = new ArrayList<>();
    StringBuilder run = new StringBuilder();
    lower
        .codePoints()
        .forEach(
            c -> {
              boolean alone = standsAlone(c);
              if (alone || !isPartOfWord(c)) {
                flush(run, words);
              }
              if (alone) {
                words.add(Character.toString(c));
              } else if (isPartOfWord(c)) {
                run.appendCodePoint(c);
              }
            });
    flush(run, words);
    return words;
  }

  /** Whether the script of the character is written without spaces between words. */
  static boolean standsAlone(int codePoint) {
    if (!Character.isLetterOrDigit(codePoint)) {
      return false;
    }
    UnicodeScript script = UnicodeScript.of(codePoint);
    return script == UnicodeScript.HAN
        || script == UnicodeScript.HIRAGANA
        || script == UnicodeScript.KATAKANA;
  }

  private static boolean isPartOfWord(int codePoint) {
    if (Character.isLetterOrDigit(codePoint)) {
      return true;
    }
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private static void flush(StringBuilder run, List<String> words) {
    if (!run.isEmpty()) {
      words.add(run.toString());
      run.setLength(0);
    }
  }
}
