package org.cofitune.text.jinja;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.cofitune.text.jinja.Filters.Filter;

/** Filters over lists and dicts as wholes. */
final class SequenceFilters {
  static final Map<String, Filter> ALL =
      Map.ofEntries(
          entry("length", (value, a, r) -> (long) PythonValues.length(value)),
          entry("count", (value, a, r) -> (long) PythonValues.length(value)),
          entry("list", (value, a, r) -> PythonValues.list(value, r)),
          entry("first", SequenceFilters::first),
          entry("last", SequenceFilters::last),
          entry("join", SequenceFilters::join),
          entry("reverse", SequenceFilters::reverse),
          entry("sort", SequenceFilters::sort),
          entry("dictsort", SequenceFilters::dictsort),
          entry("unique", SequenceFilters::unique),
          entry("min", (value, a, r) -> extreme("min", value, a, r)),
          entry("max", (value, a, r) -> extreme("max", value, a, r)),
          entry("sum", SequenceFilters::sum),
          entry("items", SequenceFilters::items),
          entry("batch", SequenceFilters::batch),
          entry("slice", SequenceFilters::slice));

  private SequenceFilters() {}

  private static Object first(Object value, Arguments arguments, Rendering rendering) {
    Iterator<Object> items = PythonValues.iterate(value);
    return items.hasNext()
        ? items.next()
        : rendering.undefined("no first item, the sequence is empty");
  }

  private static Object last(Object value, Arguments arguments, Rendering rendering) {
    if (value instanceof Generator) {
      throw TemplateError.of("'generator' object is not reversible");
    }
    List<Object> items = PythonValues.list(value, rendering);
    return items.isEmpty()
        ? rendering.undefined("no last item, the sequence is empty")
        : items.get(items.size() - 1);
  }

  private static Object join(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("join", "d", "attribute");
    String separator = PythonText.str(bound.get("d", ""));
    Object attribute = bound.orNull("attribute");
    Iterator<Object> items = PythonValues.iterate(value);
    StringBuilder out = new StringBuilder();
    for (boolean follows = false; items.hasNext(); follows = true) {
      rendering.step();
      Object item = items.next();
      Object part = attribute == null ? item : AttributePath.of(attribute).get(item, rendering);
      if (part instanceof Markup) {
        throw TemplateError.unsupported("joining a text after the filter safe or escape");
      }
      out.append(follows ? separator : "").append(PythonText.str(part));
      rendering.checkLength(out.length());
    }
    return rendering.made(out.toString());
  }

  private static Object reverse(Object value, Arguments arguments, Rendering rendering) {
    if (value instanceof String text) {
      return new StringBuilder(text).reverse().toString();
    }
    List<Object> items = PythonValues.list(value, rendering);
    Collections.reverse(items);
    return value instanceof Generator ? items : new Generator(items.iterator());
  }

  private static Object sort(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
    List<Object> items = PythonValues.list(value, rendering);
    boolean caseSensitive = bound.truth("case_sensitive", false);
    Object attribute = bound.orNull("attribute");
    Function<Object, Object> key =
        item -> AttributePath.sortKey(attribute, item, caseSensitive, rendering);
    return sorted(items, key, bound.truth("reverse", false), rendering);
  }

  private static List<Object> sorted(
      List<Object> items, Function<Object, Object> key, boolean descending, Rendering rendering) {
    record Keyed(Object key, Object item) {}
    List<Keyed> keyed = new ArrayList<>();
    items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
    Comparator<Keyed> order =
        (a, b) -> {
          rendering.step();
          return PythonOrder.order("<", a.key(), b.key());
        };
    keyed.sort(descending ? order.reversed() : order);
    return new ArrayList<>(keyed.stream().map(Keyed::item).toList());
  }

  private static Object dictsort(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
    String by = bound.text("by", "key");
    if (!by.equals("key") && !by.equals("value")) {
      throw TemplateError.of("you can only sort by either \"key\" or \"value\"");
    }
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    boolean caseSensitive = bound.truth("case_sensitive", false);
    int part = by.equals("key") ? 0 : 1;
    return sorted(
        PythonValues.list(items(value, Arguments.NONE, rendering), rendering),
        pair ->
            AttributePath.sortKey(null, ((Tuple) pair).items().get(part), caseSensitive, rendering),
        bound.truth("reverse", false),
        rendering);
  }

  private static Object unique(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("unique", "case_sensitive", "attribute");
    boolean caseSensitive = bound.truth("case_sensitive", false);
    Object attribute = bound.orNull("attribute");
    List<Object> seen = new ArrayList<>();
    List<Object> items = new ArrayList<>();
    for (Object item : PythonValues.list(value, rendering)) {
      Object key = AttributePath.sortKey(attribute, item, caseSensitive, rendering);
      if (seen.stream().peek(k -> rendering.step()).noneMatch(k -> PythonOrder.equal(k, key))) {
        seen.add(key);
        items.add(item);
      }
    }
    return new Generator(items.iterator());
  }

  private static Object extreme(
      String name, Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind(name, "case_sensitive", "attribute");
    boolean caseSensitive = bound.truth("case_sensitive", false);
    Object attribute = bound.orNull("attribute");
    List<Object> items = PythonValues.list(value, rendering);
    if (items.isEmpty()) {
      return rendering.undefined("no aggregated item, the sequence is empty");
    }
    Object best = items.get(0);
    Object bestKey = AttributePath.sortKey(attribute, best, caseSensitive, rendering);
    for (Object item : items.subList(1, items.size())) {
      Object key = AttributePath.sortKey(attribute, item, caseSensitive, rendering);
      String operator = name.equals("min") ? "<" : ">";
      if (PythonOrder.compare(operator, key, bestKey)) {
        best = item;
        bestKey = key;
      }
    }
    return best;
  }

  private static Object sum(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("sum", "attribute", "start");
    Object attribute = bound.orNull("attribute");
    Object total = bound.get("start", 0L);
    if (total instanceof String) {
      throw TemplateError.of("sum() can't sum strings");
    }
    for (Object item : PythonValues.list(value, rendering)) {
      Object term = attribute == null ? item : AttributePath.of(attribute).get(item, rendering);
      total = Operators.apply("+", total, term, rendering);
    }
    return total;
  }

  private static Object items(Object value, Arguments arguments, Rendering rendering) {
    if (value instanceof Undefined undefined) {
      undefined.requireLenient();
      return new Generator(Collections.emptyIterator());
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateError.of("can only get item pairs from a mapping");
    }
    List<Object> pairs = new ArrayList<>();
    map.forEach((key, element) -> pairs.add(Tuple.of(key, element)));
    return new Generator(pairs.iterator());
  }

  private static Object batch(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("batch", "linecount", "fill_with");
    bound.required("linecount");
    long size = bound.integer("linecount", 1);
    Object fill = bound.orNull("fill_with");
    List<Object> batches = new ArrayList<>();
    List<Object> batch = new ArrayList<>();
    for (Object item : PythonValues.list(value, rendering)) {
      if (batch.size() == size) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(item);
    }
    if (!batch.isEmpty()) {
      rendering.reserveElements(fill == null ? 0 : Math.max(size, 0));
      while (fill != null && batch.size() < size) {
        batch.add(fill);
      }
      batches.add(batch);
    }
    return new Generator(batches.iterator());
  }

  private static Object slice(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("slice", "slices", "fill_with");
    bound.required("slices");
    long slices = bound.integer("slices", 1);
    rendering.reserveElements(Math.max(slices, 0));
    if (slices == 0) {
      throw TemplateError.of("division by zero");
    }
    Object fill = bound.orNull("fill_with");
    List<Object> items = PythonValues.list(value, rendering);
    int width = (int) (items.size() / slices);
    int longer = (int) (items.size() % slices);
    List<Object> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < slices; i++) {
      int to = from + width + (i < longer ? 1 : 0);
      List<Object> part = new ArrayList<>(items.subList(from, to));
      if (fill != null && i >= longer) {
        part.add(fill);
      }
      parts.add(part);
      from = to;
    }
    return new Generator(parts.iterator());
  }
}
