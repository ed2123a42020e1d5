package org.cofitune.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The recipe with where its values come from, and what it ran on. */
final class SettingsPart {
  /** A line of {@code recipe.yaml}: indentation, key, value, origin. */
  private static final Pattern LINE = Pattern.compile("( *)([a-z0-9_]+):(?: (.*))? +# (.*)");

  private static final Pattern SECTION = Pattern.compile("([a-z0-9_]+):");
  private static final String DEFAULT = "default";

  private SettingsPart() {}

  static Optional<Section> of(RunFiles files) {
    List<Block> blocks = new ArrayList<>();
    files
        .recipe()
        .ifPresent(
            yaml -> {
              blocks.add(chosen(yaml));
              blocks.add(new Listing("The whole recipe, defaults included", yaml));
            });
    files.environment().map(SettingsPart::environment).ifPresent(blocks::add);
    return blocks.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section(
                "settings",
                "Recipe and environment",
                "What somebody chose; every other value is a default, which the whole recipe has.",
                blocks));
  }

  private static Table chosen(String yaml) {
    Table.Builder table = Table.of("Settings that are not defaults", 3, "key", "value", "from");
    String section = "";
    for (String line : yaml.lines().toList()) {
      Matcher heading = SECTION.matcher(line);
      Matcher setting = LINE.matcher(line);
      if (heading.matches()) {
        section = heading.group(1) + ".";
      } else if (setting.matches() && !setting.group(4).equals(DEFAULT)) {
        String prefix = setting.group(1).isEmpty() ? "" : section;
        String value = setting.group(3) == null ? "" : setting.group(3).strip();
        table.row(prefix + setting.group(2), value, setting.group(4));
      }
    }
    return table.build();
  }

  private static Table environment(ObjectNode environment) {
    Table.Builder table = Table.of("Environment", 2, "what", "value");
    flatten("", environment, table);
    return table.build();
  }

  private static void flatten(String name, JsonNode value, Table.Builder table) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              entry ->
                  flatten(
                      name.isEmpty() ? entry.getKey() : name + "." + entry.getKey(),
                      entry.getValue(),
                      table));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        flatten(name + "[" + i + "]", value.path(i), table);
      }
    } else {
      table.row(name, value.asText());
    }
  }
}
