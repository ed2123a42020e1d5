package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.error.NearestName;

/**
 * Everything a person asked for, checked, with where each value comes from. Later settings stand
 * over earlier ones; a recipe never changes, each step returns a new one.
 *
 * <pre>{@code
 * Recipe recipe =
 *     Recipe.ofFile(Path.of("recipe.yaml"))
 *         .withOption("model_name_or_path", "models/base", "--model")
 *         .with("learning_rate=2e-5");
 * DataSection data = recipe.section(DataSection.class);
 * }</pre>
 */
public final class Recipe {
  private final List<RecipeSection<?>> schema;
  private final Map<String, Setting> settings;
  private final Map<Class<?>, Record> sections = new LinkedHashMap<>();

  private Recipe(List<RecipeSection<?>> schema, Map<String, Setting> settings) {
    this.schema = schema;
    this.settings = settings;
    for (RecipeSection<?> section : schema) {
      sections.put(section.type(), SectionBinder.bind(section, settings));
    }
  }

  /** The recipe in which nobody set anything. */
  public static Recipe ofDefaults() {
    return ofDefaults(RecipeSections.ALL);
  }

  static Recipe ofDefaults(List<RecipeSection<?>> schema) {
    return new Recipe(schema, Map.of());
  }

  /**
   * Reads a YAML or JSON recipe.
   *
   * @throws CofituneException of kind RECIPE, with file and line, where a key is unknown or a value
   *     does not fit
   */
  public static Recipe ofFile(Path file) {
    return ofDefaults().withFile(file);
  }

  Recipe withFile(Path file) {
    return over(
        RecipeSettings.ofFile(
            file, schema.stream().map(RecipeSection::prefix).collect(Collectors.toSet())));
  }

  /** With one {@code key=value} as {@code --set} takes it. */
  public Recipe with(String keyAndValue) {
    return over(List.of(RecipeSettings.ofWord(keyAndValue)));
  }

  /** With a value that an option of the command line gave. */
  public Recipe withOption(String key, Object value, String option) {
    return over(List.of(RecipeSettings.of(key, value, new Origin.Option(option))));
  }

  /** With a value that a file gave which the recipe names. */
  Recipe withDerived(String key, Object value, String source) {
    return over(List.of(RecipeSettings.of(key, value, new Origin.Derived(source))));
  }

  /** Without what says how a run goes on; what comes out does not depend on it. */
  Recipe afresh() {
    Map<String, Setting> all = new LinkedHashMap<>(settings);
    all.keySet().removeAll(RunSection.GOES_ON);
    return new Recipe(schema, all);
  }

  /**
   * With keys that a part of a value sets over the whole.
   *
   * @param key whose value they are a part of
   * @param path of the part in that value
   */
  Recipe withPart(String key, String path, ObjectNode keys) {
    Set<String> prefixes = schema.stream().map(RecipeSection::prefix).collect(Collectors.toSet());
    return over(RecipeSettings.ofTree(keys, prefixes, name -> originOf(key, path + "." + name)));
  }

  /** Where a part of a key's value comes from, as near as it is known. */
  Origin originOf(String key, String path) {
    Setting setting = settings.get(key);
    return setting == null ? new Origin.Default() : setting.originOf(path);
  }

  /** One section, by the record that holds it. */
  public <R extends Record> R section(Class<R> type) {
    Record section = sections.get(type);
    if (section == null) {
      throw new IllegalArgumentException(type + " is no section of a recipe");
    }
    return type.cast(section);
  }

  /** Where the value of a key comes from. */
  public Origin origin(String key) {
    Setting setting = settings.get(key);
    return setting == null ? new Origin.Default() : setting.origin();
  }

  /** An error about a key, at the place where somebody gave the key its value. */
  CofituneException located(CofituneException error) {
    return error
        .where()
        .filter(settings::containsKey)
        .map(key -> error.at(origin(key) + ": " + key))
        .orElse(error);
  }

  /**
   * Checks that keys without a default were given.
   *
   * @param command what needs them, for the error
   * @throws CofituneException of kind RECIPE that names those missing
   */
  public Recipe require(String command, String... keys) {
    List<String> missing = new ArrayList<>();
    for (String key : keys) {
      if (!settings.containsKey(key)) {
        missing.add(key);
      }
    }
    if (!missing.isEmpty()) {
      throw CofituneException.of(
              ErrorKind.RECIPE, command + " needs a value for " + String.join(", ", missing))
          .next("set it in the recipe or on the command line; cofitune " + command + " --help")
          .build();
    }
    return this;
  }

  /** Every key with its value and origin, in the order of the reference. */
  public List<Resolved> resolved() {
    List<Resolved> resolved = new ArrayList<>();
    for (RecipeSection<?> section : schema) {
      ObjectNode values = SectionBinder.tree(section(section.type()));
      for (RecipeSection.Key key : section.keys()) {
        resolved.add(
            new Resolved(key.full(), RecipeYaml.flow(values.get(key.name())), origin(key.full())));
      }
    }
    return resolved.stream().distinct().toList();
  }

  /**
   * One key of a resolved recipe.
   *
   * @param value as YAML writes it on one line
   */
  public record Resolved(String key, String value, Origin origin) {}

  /** Every key with its value, sections as objects. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (RecipeSection<?> section : schema) {
      ObjectNode place =
          section.prefix().isEmpty() ? json : json.withObject("/" + section.prefix());
      place.setAll(SectionBinder.tree(section(section.type())));
    }
    return json;
  }

  /** The resolved recipe as YAML that reads back to the same values, origins as comments. */
  public String toYaml() {
    return RecipeYaml.document(resolved());
  }

  private Recipe over(Collection<Setting> later) {
    TreeSet<String> known = new TreeSet<>();
    schema.forEach(section -> section.keys().forEach(key -> known.add(key.full())));
    Map<String, Setting> all = new LinkedHashMap<>(settings);
    for (Setting setting : later) {
      requireKnown(setting, known);
      if (setting.value().isNull()) {
        all.remove(setting.key());
      } else {
        all.put(setting.key(), setting);
      }
    }
    return new Recipe(schema, all);
  }

  private static void requireKnown(Setting setting, Set<String> known) {
    if (!known.contains(setting.key())) {
      throw CofituneException.of(ErrorKind.RECIPE, "unknown key \"" + setting.key() + "\"")
          .at(setting.origin())
          .next(
              NearestName.of(setting.key(), known)
                  .map(name -> "did you mean " + name + "?")
                  .orElse("docs/recipes.md lists every key"))
          .build();
    }
  }
}
