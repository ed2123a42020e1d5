package org.cofitune.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * The dictionary at the start of an npy file.
 *
 * @param descr element type as numpy writes it, such as {@code <f4}
 * @param fortranOrder whether the first index changes fastest
 * @param shape sizes, outermost first
 */
record NpyHeader(String descr, boolean fortranOrder, List<Integer> shape) {
  private static final int MAX_DIMENSIONS = 64;

  static void requireFull(int values, List<Integer> shape) {
    long elements = 1;
    for (int size : shape) {
      elements = size < 0 ? -1 : Math.multiplyExact(elements, (long) size);
    }
    if (elements != values) {
      throw new IllegalArgumentException(values + " values do not fill the shape " + shape);
    }
  }

  /** As numpy writes it, without padding. */
  String text() {
    String sizes =
        shape.size() == 1
            ? shape.get(0) + ","
            : shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }"
        .formatted(descr, fortranOrder ? "True" : "False", sizes);
  }

  /** Reads the dictionary; nothing in it is ever evaluated. */
  static NpyHeader parse(Path file, String text) {
    return new Parser(file, text).header();
  }

  /** Accepts the three keys in any order, each once, and nothing else. */
  private static final class Parser {
    private final Path file;
    private final String text;
    private int position;

    Parser(Path file, String text) {
      this.file = file;
      this.text = text;
    }

    NpyHeader header() {
      String descr = null;
      Boolean fortranOrder = null;
      List<Integer> shape = null;
      Set<String> seen = new HashSet<>();
      expect('{');
      while (!skip('}')) {
        String key = string();
        if (!seen.add(key)) {
          throw malformed("each key once", key);
        }
        expect(':');
        switch (key) {
          case "descr" -> descr = string();
          case "fortran_order" -> fortranOrder = bool();
          case "shape" -> shape = tuple();
          default -> throw malformed("descr, fortran_order and shape", key);
        }
        if (!skip(',')) {
          expect('}');
          break;
        }
      }
      skipSpaces();
      if (position < text.length()) {
        throw malformed("the end of the header", null);
      }
      if (descr == null || fortranOrder == null || shape == null) {
        throw malformed("descr, fortran_order and shape", String.join(", ", seen));
      }
      return new NpyHeader(descr, fortranOrder, shape);
    }

    private String string() {
      skipSpaces();
      if (position == text.length()
          || (text.charAt(position) != '\'' && text.charAt(position) != '"')) {
        throw malformed("a string", null);
      }
      char quote = text.charAt(position);
      int end = text.indexOf(quote, position + 1);
      if (end < 0 || text.substring(position, end).indexOf('\\') >= 0) {
        throw malformed("a string without escapes", null);
      }
      String value = text.substring(position + 1, end);
      position = end + 1;
      return value;
    }

    private boolean bool() {
      skipSpaces();
      for (String word : List.of("True", "False")) {
        if (text.startsWith(word, position)) {
          position += word.length();
          return word.equals("True");
        }
      }
      throw malformed("True or False", null);
    }

    private List<Integer> tuple() {
      List<Integer> sizes = new ArrayList<>();
      expect('(');
      while (!skip(')')) {
        if (sizes.size() == MAX_DIMENSIONS) {
          throw malformed("at most " + MAX_DIMENSIONS + " dimensions", "more");
        }
        sizes.add(size());
        if (!skip(',')) {
          expect(')');
          break;
        }
      }
      return sizes;
    }

    private int size() {
      skipSpaces();
      int begin = position;
      while (position < text.length()
          && text.charAt(position) >= '0'
          && text.charAt(position) <= '9') {
        position++;
      }
      try {
        return Integer.parseInt(text, begin, position, 10);
      } catch (NumberFormatException e) {
        position = begin;
        throw malformed("a size from 0 to 2^31-1", null);
      }
    }

    private void expect(char c) {
      if (!skip(c)) {
        throw malformed("'" + c + "'", null);
      }
    }

    private boolean skip(char c) {
      skipSpaces();
      if (position < text.length() && text.charAt(position) == c) {
        position++;
        return true;
      }
      return false;
    }

    private void skipSpaces() {
      while (position < text.length()
          && (text.charAt(position) == ' ' || text.charAt(position) == '\n')) {
        position++;
      }
    }

    private CofituneException malformed(String expected, @Nullable String found) {
      String rest =
          position == text.length() ? "the end" : Excerpt.quoted(text.substring(position));
      return CofituneException.of(ErrorKind.FORMAT, "malformed npy header")
          .at(file)
          .expected(expected)
          .found(found == null ? rest : Excerpt.quoted(found))
          .next("write the file again with numpy.save")
          .build();
    }
  }
}
