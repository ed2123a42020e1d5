package org.cofitune.text.jinja;

import static java.util.Map.entry;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.cofitune.text.jinja.Filters.Filter;

/** Filters that look at one element after the other, lazily, and the default of a value. */
final class SelectionFilters {
  static final Map<String, Filter> ALL =
      Map.ofEntries(
          entry("default", SelectionFilters::otherwise),
          entry("d", SelectionFilters::otherwise),
          entry("map", SelectionFilters::map),
          entry("select", (value, a, r) -> select(value, a, r, false, true)),
          entry("reject", (value, a, r) -> select(value, a, r, false, false)),
          entry("selectattr", (value, a, r) -> select(value, a, r, true, true)),
          entry("rejectattr", (value, a, r) -> select(value, a, r, true, false)));

  private SelectionFilters() {}

  private static Object otherwise(Object value, Arguments arguments, Rendering rendering) {
    Arguments.Bound bound = arguments.bind("default", "default_value", "boolean");
    boolean missing =
        value instanceof Undefined || (bound.truth("boolean", false) && !PythonValues.truth(value));
    return missing ? bound.get("default_value", "") : value;
  }

  private static Object map(Object value, Arguments arguments, Rendering rendering) {
    Iterator<Object> items = itemsIfAny(value);
    Function<Object, Object> function = mapping(arguments, rendering);
    return new Generator(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return items.hasNext();
          }

          @Override
          public Object next() {
            rendering.step();
            return function.apply(items.next());
          }
        });
  }

  private static Function<Object, Object> mapping(Arguments arguments, Rendering rendering) {
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Arguments.Bound bound = arguments.bind("map", "attribute", "default");
      AttributePath path = AttributePath.of(bound.required("attribute"));
      Object otherwise = bound.orNull("default");
      return item -> path.get(item, otherwise, rendering);
    }
    if (arguments.positional().isEmpty()) {
      throw TemplateError.of("map requires a filter argument");
    }
    String name = PythonValues.requireText(arguments.positional().get(0), "argument of map");
    Filter filter = Filters.named(name, rendering.dialect());
    Arguments rest = arguments.from(1);
    return item -> filter.apply(item, rest, rendering);
  }

  private static Object select(
      Object value, Arguments arguments, Rendering rendering, boolean byAttribute, boolean keep) {
    Iterator<Object> items = itemsIfAny(value);
    Predicate<Object> predicate = predicate(arguments, rendering, byAttribute);
    return new Generator(new Selected(items, item -> predicate.test(item) == keep, rendering));
  }

  private static Predicate<Object> predicate(
      Arguments arguments, Rendering rendering, boolean byAttribute) {
    Function<Object, Object> subject = item -> item;
    Arguments rest = arguments;
    if (byAttribute) {
      if (arguments.positional().isEmpty()) {
        throw TemplateError.of("missing parameter for attribute name");
      }
      AttributePath path = AttributePath.of(arguments.positional().get(0));
      subject = item -> path.get(item, rendering);
      rest = arguments.from(1);
    }
    Function<Object, Object> tested = subject;
    if (rest.positional().isEmpty()) {
      return item -> PythonValues.truth(tested.apply(item));
    }
    ValueTests.ValueTest test =
        ValueTests.named(PythonValues.requireText(rest.positional().get(0), "name of a test"));
    Arguments values = rest.from(1);
    return item -> test.holds(tested.apply(item), values, rendering);
  }

  /** Lazy filters give nothing for whatever counts as false, None included. */
  private static Iterator<Object> itemsIfAny(Object value) {
    return PythonValues.truth(value) ? PythonValues.iterate(value) : Collections.emptyIterator();
  }
}
