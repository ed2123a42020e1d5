package org.cofitune.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The variable {@code loop}. Looks one element ahead only when asked to, so that a loop over lazy
 * values sees what its body changes.
 */
final class LoopContext {
  private final Rendering rendering;
  private Iterator<Object> items;
  private @Nullable Object ahead;
  private @Nullable Object previous;
  private @Nullable Object current;
  private @Nullable List<Object> lastChanged;

  /** Rounds begun. */
  private int begun;

  LoopContext(Iterator<Object> items, Rendering rendering) {
    this.items = items;
    this.rendering = rendering;
  }

  /** Begins the next round and returns its element, or null at the end. */
  @Nullable Object next() {
    Object item = peek();
    if (item == null) {
      return null;
    }
    ahead = null;
    previous = current;
    current = item;
    begun++;
    rendering.step();
    return item;
  }

  private @Nullable Object peek() {
    if (ahead == null && items.hasNext()) {
      ahead = items.next();
    }
    return ahead;
  }

  /** All elements, which takes lazy ones out of their source. */
  int length() {
    List<Object> rest = new ArrayList<>();
    while (items.hasNext()) {
      rendering.step();
      rest.add(items.next());
    }
    items = rest.iterator();
    return begun + (ahead == null ? 0 : 1) + rest.size();
  }

  @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> (long) begun;
      case "index0" -> (long) begun - 1;
      case "revindex" -> (long) length() - begun + 1;
      case "revindex0" -> (long) length() - begun;
      case "first" -> begun == 1;
      case "last" -> peek() == null;
      case "length" -> (long) length();
      case "previtem" ->
          previous != null ? previous : rendering.undefined("there is no previous item");
      case "nextitem" -> {
        Object next = peek();
        yield next != null ? next : rendering.undefined("there is no next item");
      }
      case "cycle" -> (Invocable) (arguments, run) -> cycle(arguments);
      case "changed" -> (Invocable) (arguments, run) -> changed(arguments);
      case "depth" -> 1L; // recursive loops, the only deeper ones, are refused
      case "depth0" -> 0L;
      default -> null;
    };
  }

  private Object cycle(Arguments arguments) {
    List<Object> values = arguments.positional();
    if (values.isEmpty()) {
      throw TemplateError.of("no items for cycling given");
    }
    return values.get((begun - 1) % values.size());
  }

  private Object changed(Arguments arguments) {
    List<Object> values = arguments.positional();
    List<Object> before = lastChanged;
    lastChanged = values;
    return before == null || !PythonOrder.equal(before, values);
  }
}
