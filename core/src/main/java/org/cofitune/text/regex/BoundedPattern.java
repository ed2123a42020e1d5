package org.cofitune.text.regex;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression that nobody checked. Java's engine cannot be stopped from outside, so a
 * search ends when it has read too many characters, and an expression that would work without
 * reading any is refused when it is compiled.
 *
 * <pre>{@code
 * BoundedPattern pattern = BoundedPattern.compile("(a+)+b", 0);
 * pattern.matcher("a".repeat(40), 1_000_000).find(); // throws SearchTooLongException
 * }</pre>
 *
 * <p>Immutable and safe for use by several threads; matchers are not.
 */
public final class BoundedPattern {
  private final Pattern pattern;

  private BoundedPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * Compiles an expression.
   *
   * @param flags those of {@link Pattern}, without {@link Pattern#COMMENTS} and {@link
   *     Pattern#LITERAL}
   * @throws PatternSyntaxException where it is none, nests too deeply, or could run for ever on a
   *     text without characters
   */
  public static BoundedPattern compile(String expression, int flags) {
    try {
      Pattern pattern = Pattern.compile(expression, flags);
      EmptyMatches.check(expression);
      return new BoundedPattern(pattern);
    } catch (StackOverflowError e) {
      throw new PatternSyntaxException("nests too deeply", expression, -1);
    }
  }

  /**
   * A matcher, all of whose methods throw {@link SearchTooLongException} when they have read that
   * many characters together.
   *
   * <p>A {@link StackOverflowError} of an expression that recurses over a long text is left to the
   * caller.
   */
  public Matcher matcher(String text, long maxReads) {
    return pattern.matcher(new CountedText(text, 0, text.length(), new Reads(maxReads)));
  }

  @Override
  public String toString() {
    return pattern.pattern();
  }

  /** What is left to read, shared between a text and its parts. */
  private static final class Reads {
    private long left;

    Reads(long left) {
      this.left = left;
    }
  }

  private record CountedText(String text, int start, int end, Reads reads) implements CharSequence {
    @Override
    public int length() {
      return end - start;
    }

    @Override
    public char charAt(int index) {
      if (reads.left-- <= 0) {
        throw new SearchTooLongException();
      }
      return text.charAt(start + index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return new CountedText(text, start + from, start + to, reads);
    }

    @Override
    public String toString() {
      return text.substring(start, end);
    }
  }
}
