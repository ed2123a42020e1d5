package org.cofitune.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import org.cofitune.importance.ImportanceDescription;

/**
 * Where one corpus' importance came from, for the descriptions of what was trained with it.
 *
 * @param name of its folder
 * @param measured how; the authors' files do not say
 */
record CorpusImportance(String name, Optional<ImportanceDescription> measured) {
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
    measured.ifPresent(
        how ->
            json.put("model_fingerprint", how.modelFingerprint())
                .put("corpus_fingerprint", how.corpusFingerprint())
                .put("rows", how.rows())
                .put("tokens", how.tokens())
                .put("dropout", how.dropout())
                .put("aggregation", how.aggregation().name().toLowerCase(Locale.ROOT))
                .put("seed", how.seed()));
    return json;
  }
}
