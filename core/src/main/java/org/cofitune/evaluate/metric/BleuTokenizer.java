package org.cofitune.evaluate.metric;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The ways that sacreBLEU cuts a text into tokens. */
public enum BleuTokenizer {
  /** mteval-v13a's, WMT's and sacreBLEU's default: punctuation apart, numbers whole. */
  MTEVAL_13A {
    @Override
    List<String> tokens(String text) {
      String line = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
      line =
          line.replace("&quot;", "\"")
              .replace("&amp;", "&")
              .replace("&lt;", "<")
              .replace("&gt;", ">");
      return western(" " + line + " ");
    }
  },
  /** Every Chinese character by itself, the rest as in {@link #MTEVAL_13A}. */
  ZH {
    @Override
    List<String> tokens(String text) {
      String line =
          text.strip()
              .codePoints()
              .mapToObj(
                  c -> isChinese(c) ? " " + Character.toString(c) + " " : Character.toString(c))
              .collect(Collectors.joining());
      return western(line);
    }
  },
  /** Every character by itself, white space dropped. */
  CHAR {
    @Override
    List<String> tokens(String text) {
      return String.join("", WhiteSpace.split(text))
          .codePoints()
          .mapToObj(Character::toString)
          .toList();
    }
  },
  /** What white space separates. */
  NONE {
    @Override
    List<String> tokens(String text) {
      return WhiteSpace.split(text);
    }
  };

  private static final Pattern SYMBOL = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
  private static final Pattern POINT_AFTER_NON_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_BEFORE_NON_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

  /**
   * First and last code points of sacreBLEU's tokenizer_zh. Its ranges for the supplementary planes
   * are written with four-digit escapes and so mean U+2001..U+2A6D, which holds the dashes and
   * quotation marks of Chinese text; kept, because the published scores were made with it.
   */
  private static final int[][] CHINESE = {
    {0x3400, 0x4db5}, {0x4e00, 0x9fbb}, {0xf900, 0xfa2d}, {0xfa30, 0xfa6a}, {0xfa70, 0xfad9},
    {0x2001, 0x2a6d}, {0xff00, 0xffef}, {0x2e80, 0x2eff}, {0x3000, 0x303f}, {0x31c0, 0x31ef},
    {0x2f00, 0x2fdf}, {0x2ff0, 0x2fff}, {0x3100, 0x312f}, {0x31a0, 0x31bf}, {0xfe10, 0xfe1f},
    {0xfe30, 0xfe4f}, {0x3200, 0x33ff}
  };

  /** The tokens of a text. */
  abstract List<String> tokens(String text);

  private static List<String> western(String text) {
    String line = SYMBOL.matcher(text).replaceAll(" $1 ");
    line = POINT_AFTER_NON_DIGIT.matcher(line).replaceAll("$1 $2 ");
    line = POINT_BEFORE_NON_DIGIT.matcher(line).replaceAll(" $1 $2");
    line = DASH_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
    return WhiteSpace.split(line);
  }

  private static boolean isChinese(int codePoint) {
    for (int[] range : CHINESE) {
      if (codePoint >= range[0] && codePoint <= range[1]) {
        return true;
      }
    }
    return false;
  }
}
