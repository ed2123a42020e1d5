package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * A record whose components are keys of a recipe. A component {@code learningRate} is the key
 * {@code learning_rate}; its {@code @param} is its sentence in docs/recipes.md; the record's
 * compact constructor checks the values and names the key in the place of its errors.
 *
 * @param prefix the object of the recipe that the keys stand in; empty for keys of the top level
 * @param defaults the section as it is where nobody set anything; the only place of the defaults
 */
record RecipeSection<R extends Record>(String prefix, R defaults) {

  @SuppressWarnings("unchecked")
  Class<R> type() {
    return (Class<R>) defaults.getClass();
  }

  List<Key> keys() {
    return Arrays.stream(type().getRecordComponents()).map(this::key).toList();
  }

  private Key key(RecordComponent component) {
    String name = SnakeCaseStrategy.INSTANCE.translate(component.getName());
    return new Key(
        prefix.isEmpty() ? name : prefix + "." + name,
        name,
        component.getName(),
        component.getType());
  }

  /**
   * One key.
   *
   * @param full with the section's name in front where there is one
   * @param name without it
   * @param component the record's component
   */
  record Key(String full, String name, String component, Class<?> type) {
    /** What a value of the key looks like, in an error or the reference. */
    String expected() {
      if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
        return "a whole number";
      } else if (type == double.class || type == Double.class) {
        return "a number";
      } else if (type == boolean.class || type == Boolean.class) {
        return "true or false";
      } else if (type.isEnum()) {
        return "one of "
            + String.join(
                ", ",
                Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .toList());
      } else if (Collection.class.isAssignableFrom(type)) {
        return "a list";
      } else if (type == Path.class) {
        return "a path";
      }
      return "text";
    }
  }
}
