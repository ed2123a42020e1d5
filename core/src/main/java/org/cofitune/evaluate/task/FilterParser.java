package org.cofitune.evaluate.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.metric.BoundedRegex;

/** Reads {@code filter_list}, with lm-evaluation-harness's functions and {@code strip}. */
final class FilterParser {
  private static final List<String> FUNCTIONS =
      List.of(
          "regex",
          "take_first",
          "remove_whitespace",
          "strip",
          "lowercase",
          "uppercase",
          "map",
          "majority_vote");

  private FilterParser() {}

  static List<FilterPipeline> parse(TaskKeys task) {
    List<FilterPipeline> pipelines = new ArrayList<>();
    for (TaskKeys keys : task.mappings("filter_list")) {
      String name = keys.required("name");
      if (pipelines.stream().anyMatch(other -> other.name().equals(name))) {
        throw CofituneException.of(ErrorKind.RECIPE, "two filters have the name \"" + name + "\"")
            .at(keys.place("name"))
            .build();
      }
      List<UnaryOperator<String>> steps = new ArrayList<>();
      for (TaskKeys step : keys.mappings("filter")) {
        steps.add(step(step));
        step.refuseOthers();
      }
      String description = String.valueOf(keys.value("filter"));
      keys.refuseOthers();
      pipelines.add(new FilterPipeline(name, description, steps));
    }
    return pipelines.isEmpty() ? List.of(FilterPipeline.NONE) : pipelines;
  }

  private static UnaryOperator<String> step(TaskKeys keys) {
    String function = keys.word("function", FUNCTIONS).orElseThrow(() -> keys.missing("function"));
    return switch (function) {
      case "regex" -> regex(keys);
      case "remove_whitespace" -> text -> text.startsWith(" ") ? text.substring(1) : text;
      case "strip" -> String::strip;
      case "lowercase" -> text -> text.toLowerCase(Locale.ROOT);
      case "uppercase" -> text -> text.toUpperCase(Locale.ROOT);
      case "map" -> map(keys);
      // One answer is generated for every item, so it is the first and the majority.
      default -> UnaryOperator.identity();
    };
  }

  private static UnaryOperator<String> regex(TaskKeys keys) {
    BoundedRegex regex =
        BoundedRegex.compile(
            keys.text("regex_pattern", "#### (\\-?[0-9\\.\\,]+)"), keys.place("regex_pattern"));
    int select = keys.integer("group_select", Integer.MIN_VALUE).orElse(0);
    String fallback = keys.text("fallback", "[invalid]");
    return text -> {
      List<String> found = regex.findAll(text);
      int index = select < 0 ? found.size() + select : select;
      return index >= 0 && index < found.size() ? found.get(index).strip() : fallback;
    };
  }

  private static UnaryOperator<String> map(TaskKeys keys) {
    TaskKeys mapping = keys.mapping("mapping_dict").orElseThrow(() -> keys.missing("mapping_dict"));
    Map<String, String> texts = new HashMap<>();
    for (String name : mapping.names()) {
      texts.put(name, mapping.required(name));
    }
    JsonNode otherwise = keys.value("default_value");
    String fallback = otherwise == null ? "" : otherwise.asText();
    return text -> texts.getOrDefault(text, fallback);
  }
}
