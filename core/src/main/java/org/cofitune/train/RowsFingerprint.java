package org.cofitune.train;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.data.TokenizedExample;
import org.cofitune.store.Fingerprint;

/** Which rows, in which order, with which supervised tokens. */
public final class RowsFingerprint {
  private RowsFingerprint() {}

  /** Of rows in their order; where they were read from does not matter. */
  public static Fingerprint of(List<TokenizedExample> rows) {
    List<String> each = new ArrayList<>(rows.size());
    for (TokenizedExample row : rows) {
      ByteBuffer bytes = ByteBuffer.allocate(2 * Integer.BYTES * row.tokens());
      bytes.asIntBuffer().put(row.ids()).put(row.labels());
      each.add(Fingerprint.ofBytes(bytes.array()).sha256());
    }
    return Fingerprint.ofText(String.join("\n", each));
  }
}
