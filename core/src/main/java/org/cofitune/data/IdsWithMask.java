package org.cofitune.data;

import java.util.Arrays;
import java.util.BitSet;

/** Token ids that grow, each with whether it is supervised. */
final class IdsWithMask {
  private final BitSet supervised = new BitSet();
  private int[] ids = new int[64];
  private int length;

  void add(int[] more, boolean areSupervised) {
    if (length + more.length > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(length + more.length, 2 * ids.length));
    }
    System.arraycopy(more, 0, ids, length, more.length);
    supervised.set(length, length + more.length, areSupervised);
    length += more.length;
  }

  boolean endsWith(int id) {
    return length > 0 && last() == id;
  }

  int last() {
    return ids[length - 1];
  }

  boolean isEmpty() {
    return length == 0;
  }

  int[] ids() {
    return Arrays.copyOf(ids, length);
  }

  int[] labels() {
    int[] labels = ids();
    for (int i = 0; i < length; i++) {
      if (!supervised.get(i)) {
        labels[i] = TokenizedExample.IGNORED;
      }
    }
    return labels;
  }
}
