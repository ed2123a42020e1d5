package org.cofitune.quickstart;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cofitune.store.AtomicFile;
import org.cofitune.text.Tokenizer;

/**
 * What the bundled model was trained on: its abilities, item behind item in rows as long as its
 * context, so that short items do not cost a pass each. The loss counts answers, sentences and
 * texts, but no questions.
 */
final class Corpus {
  private static final long SEED = 1;
  private static final int NOT_SUPERVISED = -100;

  private static final Map<String, Integer> ITEMS =
      Map.of(
          "knowledge", 60_000,
          "grammar", 10_000,
          "stories", 8_000,
          "addition", 150_000,
          "reversal", 60_000,
          "sorting", 100_000,
          "instructions", 40_000);

  private final Tokenizer tokenizer;
  private final int length;

  /** Rows of at most {@code length} tokens. */
  Corpus(Tokenizer tokenizer, int length) {
    this.tokenizer = tokenizer;
    this.length = length;
  }

  /** Writes the rows, token ids and labels. */
  void write(Path file) {
    List<ObjectNode> items = new ArrayList<>();
    for (Ability ability : Abilities.OLD) {
      Random random = new Random(SEED);
      for (Item item : ability.repeated(Part.TRAIN, ITEMS.get(ability.word()), random)) {
        items.add(item.row());
      }
    }
    Collections.shuffle(items, new Random(SEED));
    StringBuilder rows = new StringBuilder();
    ObjectNode row = row();
    for (ObjectNode item : items) {
      ObjectNode next = tokens(item);
      if (size(row) + size(next) > length) {
        rows.append(row).append('\n');
        row = row();
      }
      row.withArray("input_ids").addAll((ArrayNode) next.get("input_ids"));
      row.withArray("labels").addAll((ArrayNode) next.get("labels"));
    }
    AtomicFile.write(file, rows.append(row).append('\n').toString());
  }

  private ObjectNode tokens(ObjectNode item) {
    ObjectNode tokens = row();
    add(tokens, WordTokenizer.BEGINNING, false);
    if (item.has("text")) {
      add(tokens, item.get("text").asText(), true);
    } else {
      add(tokens, item.get("instruction").asText() + "\n", false);
      add(tokens, item.get("output").asText(), true);
    }
    add(tokens, WordTokenizer.END, true);
    return tokens;
  }

  private void add(ObjectNode tokens, String text, boolean supervised) {
    for (int id : tokenizer.encode(text, false)) {
      add(tokens, id, supervised);
    }
  }

  private static void add(ObjectNode tokens, int id, boolean supervised) {
    tokens.withArray("input_ids").add(id);
    tokens.withArray("labels").add(supervised ? id : NOT_SUPERVISED);
  }

  private static ObjectNode row() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static int size(ObjectNode row) {
    return row.withArray("input_ids").size();
  }
}
