package org.cofitune.importance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.StrictJson;

/**
 * Where importance comes from: {@code importance.json}.
 *
 * @param modelFingerprint of the model that it was measured on
 * @param corpus name of the text
 * @param corpusFingerprint of the text's token ids
 * @param dropout probability
 * @param aggregation how batches were added up
 * @param batchSize rows of a batch
 * @param seed of the dropout
 * @param rows measured
 * @param tokens measured, the divisor
 * @param meanDivergence between the two passes, nats per token
 */
public record ImportanceDescription(
    String modelFingerprint,
    String corpus,
    String corpusFingerprint,
    double dropout,
    Aggregation aggregation,
    int batchSize,
    long seed,
    int rows,
    long tokens,
    double meanDivergence) {
  /** The name of the file. */
  public static final String FILE = "importance.json";

  private static final int VERSION = 1;

  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("version", VERSION)
        .put("model_fingerprint", modelFingerprint)
        .put("corpus", corpus)
        .put("corpus_fingerprint", corpusFingerprint)
        .put("dropout", dropout)
        .put("aggregation", word(aggregation))
        .put("batch_size", batchSize)
        .put("seed", seed)
        .put("rows", rows)
        .put("tokens", tokens)
        .put("mean_divergence", meanDivergence);
  }

  static ImportanceDescription read(Path file) {
    Fields fields = new Fields(file, StrictJson.readObject(file));
    long version = fields.whole("version");
    if (version != VERSION) {
      throw fields.unexpected("version", VERSION, version);
    }
    return new ImportanceDescription(
        fields.text("model_fingerprint"),
        fields.text("corpus"),
        fields.text("corpus_fingerprint"),
        fields.number("dropout"),
        fields.aggregation("aggregation"),
        (int) fields.whole("batch_size"),
        fields.whole("seed"),
        (int) fields.whole("rows"),
        fields.whole("tokens"),
        fields.number("mean_divergence"));
  }

  /**
   * Checks that this is the measurement that is asked for.
   *
   * @param file that it was read from
   * @throws CofituneException of kind RECIPE naming the first thing that differs
   */
  public void requireOf(
      Path file, String model, ImportanceCorpus asked, ImportanceSettings settings) {
    ObjectNode other =
        new ImportanceDescription(
                model,
                asked.name(),
                asked.fingerprint().sha256(),
                settings.dropout(),
                settings.aggregation(),
                settings.batchSize(),
                settings.seed(),
                asked.rows().size(),
                tokens,
                meanDivergence)
            .toJson();
    for (Map.Entry<String, JsonNode> field : toJson().properties()) {
      JsonNode wanted = other.get(field.getKey());
      if (!wanted.equals(field.getValue())) {
        throw CofituneException.of(ErrorKind.RECIPE, "another measurement is there")
            .at(file + ": " + field.getKey())
            .expected(wanted.asText())
            .found(field.getValue().asText())
            .next("name another corpus or directory, or remove this one to measure anew")
            .build();
      }
    }
  }

  private static String word(Aggregation aggregation) {
    return aggregation.name().toLowerCase(Locale.ROOT);
  }

  /** The fields of a file, each of the type asked for. */
  private record Fields(Path file, ObjectNode json) {
    String text(String key) {
      JsonNode value = json.path(key);
      if (!value.isTextual()) {
        throw unexpected(key, "text", value);
      }
      return value.asText();
    }

    long whole(String key) {
      JsonNode value = json.path(key);
      if (!value.isIntegralNumber() || !value.canConvertToLong()) {
        throw unexpected(key, "a whole number", value);
      }
      return value.asLong();
    }

    double number(String key) {
      JsonNode value = json.path(key);
      if (!value.isNumber()) {
        throw unexpected(key, "a number", value);
      }
      return value.asDouble();
    }

    Aggregation aggregation(String key) {
      String found = text(key);
      Optional<Aggregation> known =
          Arrays.stream(Aggregation.values()).filter(a -> word(a).equals(found)).findFirst();
      return known.orElseThrow(() -> unexpected(key, "signed or abs", found));
    }

    CofituneException unexpected(String key, Object expected, Object found) {
      return CofituneException.of(ErrorKind.FORMAT, "not a description of importance")
          .at(file + ": " + key)
          .expected(expected)
          .found(found.toString().isEmpty() ? "nothing" : found)
          .next("measure the importance again")
          .build();
    }
  }
}
