package org.cofitune.text.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The elements that pass a test, each tested when it is asked for. */
final class Selected implements Iterator<Object> {
  private final Iterator<Object> items;
  private final Predicate<Object> predicate;
  private final Rendering rendering;
  private @Nullable Object next;

  Selected(Iterator<Object> items, Predicate<Object> predicate, Rendering rendering) {
    this.items = items;
    this.predicate = predicate;
    this.rendering = rendering;
  }

  @Override
  public boolean hasNext() {
    while (next == null && items.hasNext()) {
      rendering.step();
      Object item = items.next();
      if (predicate.test(item)) {
        next = item;
      }
    }
    return next != null;
  }

  @Override
  public Object next() {
    Object item = hasNext() ? next : null;
    if (item == null) {
      throw new NoSuchElementException();
    }
    next = null;
    return item;
  }
}
