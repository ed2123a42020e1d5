package org.cofitune.evaluate.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.text.regex.BoundedPattern;
import org.cofitune.text.regex.SearchTooLongException;

/**
 * A regular expression from a task file. Python's spelling of named groups is understood, classes
 * such as {@code \d} are Unicode's as in Python, and a search that backtracks without end is
 * stopped: task files are not trusted.
 */
public final class BoundedRegex {
  /** Characters that one search may look at. */
  private static final long MAX_READS = 20_000_000;

  private final BoundedPattern pattern;
  private final String place;
  private final long maxReads;

  private BoundedRegex(BoundedPattern pattern, String place, long maxReads) {
    this.pattern = pattern;
    this.place = place;
    this.maxReads = maxReads;
  }

  /**
   * Compiles an expression; {@code place} says where it stands, for messages.
   *
   * @throws CofituneException ({@link ErrorKind#RECIPE}) where it is none
   */
  public static BoundedRegex compile(String expression, String place) {
    return compile(expression, place, MAX_READS);
  }

  static BoundedRegex compile(String expression, String place, long maxReads) {
    String java = expression.replace("(?P<", "(?<").replace("\\Z", "\\z");
    try {
      return new BoundedRegex(
          BoundedPattern.compile(java, Pattern.UNICODE_CHARACTER_CLASS), place, maxReads);
    } catch (PatternSyntaxException e) {
      throw CofituneException.of(ErrorKind.RECIPE, "not a regular expression")
          .at(place)
          .found("\"" + expression + "\" (" + e.getDescription() + ")")
          .cause(e)
          .build();
    }
  }

  /**
   * What Python's {@code findall} gives: for every match the text of the group, of the first group
   * that is not empty where there are several, or of the whole match where there is none.
   */
  public List<String> findAll(String text) {
    List<String> found = new ArrayList<>();
    search(
        text,
        matcher -> {
          while (matcher.find()) {
            found.add(selected(matcher));
          }
        });
    return found;
  }

  /** The text without what the expression matches. */
  public String remove(String text) {
    return replace(text, "");
  }

  /** The text with every match replaced by {@code replacement}, taken literally. */
  public String replace(String text, String replacement) {
    StringBuilder result = new StringBuilder();
    search(
        text,
        matcher -> {
          int end = 0;
          while (matcher.find()) {
            result.append(text.substring(end, matcher.start())).append(replacement);
            end = matcher.end();
          }
          result.append(text.substring(end));
        });
    return result.toString();
  }

  @Override
  public String toString() {
    return pattern.toString();
  }

  private void search(String text, Consumer<Matcher> use) {
    try {
      use.accept(pattern.matcher(text, maxReads));
    } catch (SearchTooLongException | StackOverflowError e) {
      throw CofituneException.of(ErrorKind.RECIPE, "regular expression takes too long")
          .at(place)
          .found("\"" + pattern + "\" on a text of " + text.length() + " characters")
          .next("write it without nested repetition")
          .cause(e)
          .build();
    }
  }

  private static String selected(Matcher matcher) {
    if (matcher.groupCount() == 0) {
      return matcher.group();
    }
    for (int i = 1; i <= matcher.groupCount(); i++) {
      String group = matcher.group(i);
      if (group != null && !group.isEmpty()) {
        return group;
      }
    }
    return "";
  }
}
