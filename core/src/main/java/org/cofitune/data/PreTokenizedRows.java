package org.cofitune.data;

import java.util.Arrays;

/**
 * Rows {@code {"input_ids": [...], "labels": [...]}}. An {@code attention_mask} may be there; the
 * positions that it hides are padding and left out.
 */
final class PreTokenizedRows {
  private PreTokenizedRows() {}

  static PreTokenizedRow read(Fields row) {
    int[] ids = row.ints("input_ids");
    int[] labels = row.ints("labels");
    requireLength(row, "labels", labels, ids);
    if (ids.length == 0) {
      throw row.bad("input_ids is empty")
          .expected("at least one id")
          .next("remove the row, or set on_bad_row: skip")
          .build();
    }
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        throw invalid(row, "input_ids[" + i + "]", "an id of the vocabulary", ids[i]);
      }
      if (labels[i] < 0 && labels[i] != TokenizedExample.IGNORED) {
        throw invalid(row, "labels[" + i + "]", "an id of the vocabulary or -100", labels[i]);
      }
    }
    return row.has("attention_mask")
        ? withoutPadding(row, ids, labels)
        : new PreTokenizedRow(ids, labels, row.source());
  }

  private static PreTokenizedRow withoutPadding(Fields row, int[] ids, int[] labels) {
    int[] mask = row.ints("attention_mask");
    requireLength(row, "attention_mask", mask, ids);
    int from = 0;
    int to = mask.length;
    while (from < to && mask[from] == 0) {
      from++;
    }
    while (from < to && mask[to - 1] == 0) {
      to--;
    }
    for (int i = 0; i < mask.length; i++) {
      boolean inside = i >= from && i < to;
      if (mask[i] != (inside ? 1 : 0)) {
        throw invalid(
            row, "attention_mask[" + i + "]", "ones with zeros at the ends only", mask[i]);
      }
      if (!inside && labels[i] != TokenizedExample.IGNORED) {
        throw invalid(row, "labels[" + i + "]", "-100 at a padding position", labels[i]);
      }
    }
    if (from == to) {
      throw row.bad("attention_mask hides every token")
          .next("remove the row, or set on_bad_row: skip")
          .build();
    }
    return new PreTokenizedRow(
        Arrays.copyOfRange(ids, from, to), Arrays.copyOfRange(labels, from, to), row.source());
  }

  private static void requireLength(Fields row, String key, int[] found, int[] ids) {
    if (found.length != ids.length) {
      throw row.bad("input_ids and " + key + " differ in length")
          .expected(ids.length + " " + key)
          .found(found.length)
          .next("mend the row, or set on_bad_row: skip")
          .build();
    }
  }

  private static RuntimeException invalid(Fields row, String key, String expected, int found) {
    return row.bad("impossible value at " + row.path(key))
        .expected(expected)
        .found(found)
        .next("mend the row, or set on_bad_row: skip")
        .build();
  }
}
