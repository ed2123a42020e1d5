package org.cofitune.error;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An error that a person can act on: one line that says what happened, where, what was expected and
 * found, and what to do next.
 *
 * <pre>{@code
 * throw CofituneException.of(ErrorKind.DATA, "row has nothing to supervise")
 *     .at(file + ":" + line)
 *     .expected("a non-empty \"output\"")
 *     .found("\"\"")
 *     .next("fill the row in, or set on_bad_row: skip")
 *     .build();
 * }</pre>
 */
public final class CofituneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorKind kind;
  private final @Nullable String where;
  private final String rest;

  private CofituneException(
      ErrorKind kind, @Nullable String where, String rest, @Nullable Throwable cause) {
    super(where == null ? rest : where + ": " + rest, cause);
    this.kind = kind;
    this.where = where;
    this.rest = rest;
  }

  /** Starts an error of a kind with what happened, in words that make sense on their own. */
  public static Builder of(ErrorKind kind, String what) {
    return new Builder(kind, what);
  }

  public ErrorKind kind() {
    return kind;
  }

  /** Where it happened, as the one who raised the error knew it. */
  public Optional<String> where() {
    return Optional.ofNullable(where);
  }

  /**
   * The same error at a place that the one who raised it did not know: a setting's check knows the
   * key, the recipe knows its line.
   */
  public CofituneException at(Object place) {
    return new CofituneException(kind, Builder.oneLine(place.toString()), rest, this);
  }

  /** Collects the parts of the line; every part but {@code what} may be left out. */
  public static final class Builder {
    /**
     * Characters of any one part; a person reads no more, and a hostile file may hold gigabytes.
     */
    private static final int MAX_PART = 2000;

    private final ErrorKind kind;
    private final String what;
    private @Nullable String where;
    private @Nullable String expected;
    private @Nullable String found;
    private @Nullable String next;
    private @Nullable String section;
    private @Nullable Throwable cause;

    private Builder(ErrorKind kind, String what) {
      this.kind = kind;
      this.what = what;
    }

    /** Where: {@code file:line}, a JSON path, a tensor name. */
    public Builder at(Object place) {
      this.where = place.toString();
      return this;
    }

    public Builder expected(Object value) {
      this.expected = String.valueOf(value);
      return this;
    }

    public Builder found(Object value) {
      this.found = String.valueOf(value);
      return this;
    }

    /** What to do next. */
    public Builder next(String advice) {
      this.next = advice;
      return this;
    }

    /** The section of docs/troubleshooting.md that says more, as its anchor is called. */
    public Builder see(String anchor) {
      this.section = anchor;
      return this;
    }

    public Builder cause(Throwable throwable) {
      this.cause = throwable;
      return this;
    }

    public CofituneException build() {
      StringBuilder line = new StringBuilder(cut(what));
      if (expected != null || found != null) {
        line.append(": ");
        if (expected != null) {
          line.append("expected ").append(cut(expected));
        }
        if (expected != null && found != null) {
          line.append(", ");
        }
        if (found != null) {
          line.append("found ").append(cut(found));
        }
      }
      if (next != null) {
        line.append("; ").append(cut(next));
      }
      if (section != null) {
        line.append(" (docs/troubleshooting.md#").append(section).append(')');
      }
      return new CofituneException(
          kind, where == null ? null : oneLine(cut(where)), oneLine(line), cause);
    }

    private static String cut(String part) {
      return part.length() <= MAX_PART
          ? part
          : part.substring(0, MAX_PART) + "... (" + part.length() + " characters)";
    }

    /** Control characters from hostile files must neither break the line nor reach a terminal. */
    private static String oneLine(CharSequence text) {
      StringBuilder out = new StringBuilder(text.length());
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '\n') {
          out.append("\\n");
        } else if (Character.isISOControl(c)) {
          out.append(String.format("\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
      return out.toString();
    }
  }
}
