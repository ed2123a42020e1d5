package org.cofitune.pipeline;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.PartOfDelta;

/**
 * A method of a comparison: the keys that it sets over the recipe, under a name, and what is done
 * after training.
 *
 * <pre>{@code
 * - {name: wise-ft, method: full, post: {alphas: [0.2, 0.4, 0.6, 0.8, 1]}}
 * }</pre>
 *
 * @param node as it stands in a recipe
 */
record ComparedMethod(@JsonValue ObjectNode node) {
  private static final String NAME = "name";
  private static final String RATES = "learning_rates";
  private static final String POST = "post";
  private static final String ALPHAS = "alphas";
  private static final String KEEP = "fapm_keep";

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  ComparedMethod {
    String name = node.path(NAME).asText();
    require(name.matches("[A-Za-z0-9][A-Za-z0-9._-]*"), "a name of letters and digits", name);
    require(!name.equals("base"), "another name than that of the untrained model", name);
    JsonNode post = node.path(POST);
    require(post.isMissingNode() || post.isObject(), "post: {alphas: ..., fapm_keep: ...}", post);
    for (Map.Entry<String, JsonNode> step : post.properties()) {
      require(Set.of(ALPHAS, KEEP).contains(step.getKey()), "alphas or fapm_keep", step.getKey());
    }
    for (double alpha : numbers(post.path(ALPHAS))) {
      require(alpha >= 0 && alpha <= 1, "alphas of 0 to 1", alpha);
    }
    for (double keep : numbers(post.path(KEEP))) {
      require(keep >= 0 && keep <= 1, "fapm_keep of 0 to 1", keep);
    }
    for (double rate : numbers(node.path(RATES))) {
      require(rate > 0, "learning_rates above 0", rate);
    }
  }

  private static void require(boolean holds, String expected, Object found) {
    if (!holds) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible method of a comparison")
          .at("methods")
          .expected(expected)
          .found(found)
          .next("correct the value")
          .build();
    }
  }

  /** A list of numbers, or one alone. */
  private static List<Double> numbers(JsonNode node) {
    List<Double> numbers = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(element -> numbers.add(number(element)));
    } else if (!node.isMissingNode() && !node.isNull()) {
      numbers.add(number(node));
    }
    return numbers;
  }

  private static double number(JsonNode node) {
    try {
      return Double.parseDouble(node.asText());
    } catch (NumberFormatException e) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible method of a comparison")
          .at("methods")
          .expected("a number")
          .found(node)
          .next("correct the value")
          .cause(e)
          .build();
    }
  }

  String name() {
    return node.path(NAME).asText();
  }

  /** Its own learning rates; none where it takes those of the comparison. */
  List<Double> learningRates() {
    return numbers(node.path(RATES));
  }

  /** What of a change is tried on the development set, at least one part. */
  List<PartOfDelta> parts() {
    List<Double> alphas = orWhole(numbers(node.path(POST).path(ALPHAS)));
    List<PartOfDelta> parts = new ArrayList<>();
    for (double keep : orWhole(numbers(node.path(POST).path(KEEP)))) {
      alphas.forEach(alpha -> parts.add(new PartOfDelta(keep, alpha)));
    }
    return parts;
  }

  private static List<Double> orWhole(List<Double> numbers) {
    return numbers.isEmpty() ? List.of(1.0) : numbers;
  }

  /** The keys that it sets over the recipe. */
  ObjectNode keys() {
    ObjectNode keys = node.deepCopy();
    keys.remove(Set.of(NAME, RATES, POST));
    return keys;
  }
}
