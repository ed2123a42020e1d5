package org.cofitune.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cofitune.data.DataOrder;
import org.cofitune.data.TokenizedExample;

/**
 * General rows that are trained on beside the rows of the domain, against forgetting (experience
 * replay: Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", 1995; for language
 * models Scialom et al., 2022, arXiv 2205.12393).
 *
 * <p>Once n rows of the domain have been trained on, {@code round(ratio * n)} general rows have
 * been, so a step's rows depend on its number alone and a resumed run goes on with the rows that it
 * would have had. General rows come in epochs of their own.
 */
public final class Replay {
  /** No general rows. */
  public static final Replay NONE = new Replay(List.of(), 0, Optional.empty());

  /** Sets the order of general rows apart from that of as many rows of the domain. */
  private static final long SEED_OFFSET = 0x7265706c6179L;

  private final List<TokenizedExample> rows;
  private final double ratio;
  private final Optional<DataOrder> order;

  private Replay(List<TokenizedExample> rows, double ratio, Optional<DataOrder> order) {
    this.rows = rows;
    this.ratio = ratio;
    this.order = order;
  }

  /**
   * Replays rows in the order of a run's arguments.
   *
   * @param ratio general rows for each row of the domain; with 0 there are none
   */
  public static Replay of(List<TokenizedExample> rows, double ratio, TrainingArguments arguments) {
    if (rows.isEmpty() || ratio == 0) {
      return NONE;
    }
    List<TokenizedExample> copy = List.copyOf(rows);
    long seed = arguments.seed() + SEED_OFFSET;
    DataOrder order = new DataOrder(copy.size(), 1, seed, arguments.shuffle());
    return new Replay(copy, ratio, Optional.of(order));
  }

  /** The general rows that it draws from. */
  public List<TokenizedExample> rows() {
    return rows;
  }

  /** The general rows of a step (0, 1, ...) beside those that the domain has in it. */
  List<TokenizedExample> rowsOf(long step, DataOrder domain) {
    if (order.isEmpty()) {
      return List.of();
    }
    List<TokenizedExample> drawn = new ArrayList<>();
    long end = drawnAfter(domain.rowsBefore(step + 1));
    for (long k = drawnAfter(domain.rowsBefore(step)); k < end; k++) {
      drawn.add(rows.get(order.get().stepIndices(k)[0]));
    }
    return drawn;
  }

  private long drawnAfter(long domainRows) {
    return Math.round(ratio * domainRows);
  }

  /** What a resumed run must have in common with the one that was saved; nothing without rows. */
  public Map<String, String> identity() {
    return order.isEmpty()
        ? Map.of()
        : Map.of(
            "replay.ratio", String.valueOf(ratio),
            "replayed rows", RowsFingerprint.of(rows).sha256());
  }
}
