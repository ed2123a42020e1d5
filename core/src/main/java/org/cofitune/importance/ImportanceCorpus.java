package org.cofitune.importance;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.data.TokenizedExample;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.store.Fingerprint;

/**
 * The text that importance is measured on. Every token counts, whatever its label.
 *
 * @param name of the folder that the result goes to
 * @param rows in the order in which they are measured
 */
public record ImportanceCorpus(String name, List<TokenizedExample> rows) {

  /**
   * Checks the name and that there is a row.
   *
   * @throws CofituneException of kind RECIPE or DATA if not
   */
  public ImportanceCorpus {
    rows = List.copyOf(rows);
    if (!name.matches("[\\p{L}\\p{N}_-][\\p{L}\\p{N}._-]*")) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible name of an importance corpus")
          .expected("letters, digits, '-', '_' and '.', not beginning with '.'")
          .found(name)
          .next("choose another name")
          .build();
    }
    if (rows.isEmpty()) {
      throw CofituneException.of(ErrorKind.DATA, "no row to measure importance on")
          .at(name)
          .expected("at least one")
          .found("none")
          .next("check the data files and what was skipped")
          .build();
    }
  }

  /** Which token ids, in which rows. */
  public Fingerprint fingerprint() {
    List<String> each = new ArrayList<>(rows.size());
    for (TokenizedExample row : rows) {
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * row.tokens());
      bytes.asIntBuffer().put(row.ids());
      each.add(Fingerprint.ofBytes(bytes.array()).sha256());
    }
    return Fingerprint.ofText(String.join("\n", each));
  }
}
