package org.cofitune.evaluate.score;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.AtomicFile;
import org.cofitune.store.JsonText;
import org.cofitune.store.StrictJson;

/** {@code scorecard.json}: keys in snake case, groups and output types by their task-file names. */
public final class ScorecardJson {
  private static final ObjectMapper MAPPER = mapper();

  private ScorecardJson() {}

  /** The tree of a score card, comparison, or any other record of this package. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Writes a score card; the file appears when it is complete. */
  public static void write(Path file, Scorecard scorecard) {
    AtomicFile.write(file, JsonText.pretty(tree(scorecard)));
  }

  /**
   * Reads a score card.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) naming the file and what is wrong
   */
  public static Scorecard read(Path file) {
    JsonNode root = StrictJson.readObject(file);
    int format = root.path("format").asInt(-1);
    if (format != Scorecard.FORMAT) {
      throw CofituneException.of(ErrorKind.FORMAT, "score card has an unknown format")
          .at(file)
          .expected(Scorecard.FORMAT)
          .found(root.path("format"))
          .next("evaluate again, or read it with the version that wrote it")
          .build();
    }
    try {
      Scorecard card = MAPPER.treeToValue(root, Scorecard.class);
      card.tasks().forEach(task -> task.statistics().items());
      return card;
    } catch (JsonProcessingException | NumberFormatException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "not a score card")
          .at(file)
          .found(e.getMessage() == null ? e : e.getMessage().lines().findFirst().orElse(""))
          .next("evaluate again")
          .cause(e)
          .build();
    }
  }

  /**
   * Reads a comparison.
   *
   * @throws CofituneException ({@link ErrorKind#FORMAT}) naming the file and what is wrong
   */
  public static Comparison readComparison(Path file) {
    try {
      return MAPPER.treeToValue(StrictJson.readObject(file), Comparison.class);
    } catch (JsonProcessingException e) {
      throw CofituneException.of(ErrorKind.FORMAT, "not a comparison")
          .at(file)
          .found(e.getOriginalMessage())
          .next("compare again")
          .cause(e)
          .build();
    }
  }

  private static ObjectMapper mapper() {
    return JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .defaultPropertyInclusion(
            JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
        .build();
  }
}
