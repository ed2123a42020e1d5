package org.cofitune.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * One value that somebody gave.
 *
 * @param key full key, with the section's name and a dot in front where it stands in one
 * @param value scalars as text, whatever they look like; the record that takes them knows the type
 * @param origin where the value was given
 * @param lines 1-based lines of the parts of a list or object, by their path from the key on
 *     ({@code [0].name}); empty where the value was not read from a file
 */
record Setting(String key, JsonNode value, Origin origin, Map<String, Integer> lines) {
  /** The origin of the part of the value at a path, as near as it is known. */
  Origin originOf(String path) {
    return origin instanceof Origin.RecipeLine recipe && lines.containsKey(path)
        ? new Origin.RecipeLine(recipe.file(), lines.get(path))
        : origin;
  }
}
