package org.cofitune.benchmarks.results;

import java.util.List;
import java.util.Optional;

/** "More versatility than full fine-tuning at a marginal loss of speciality", of one method. */
record Claim(KeptComparison kept, KeptRow row) {
  /** What of the full fine-tune's gain may be missing for the loss to be called marginal. */
  static final double MARGINAL = 0.1;

  boolean keepsMore() {
    return row.minus(kept.full(), SeedScore::versatility).isMore();
  }

  boolean isMarginal() {
    return row.gain().score() >= 1 - MARGINAL;
  }

  boolean holds() {
    return keepsMore() && isMarginal();
  }

  /** Whether there are enough seeds to tell. */
  boolean isDecided() {
    return row.minus(kept.full(), SeedScore::versatility).hasInterval();
  }

  String verdict() {
    if (!isDecided()) {
      return "one seed: open";
    }
    if (holds()) {
      return "holds";
    }
    return keepsMore()
        ? "more versatility, but the loss of speciality is not marginal"
        : "no more versatility than full";
  }

  /** Other methods that have more of both, beyond noise. */
  List<String> beatenBy() {
    return kept.methods().stream()
        .filter(other -> other.beatsOnBoth(row))
        .map(KeptRow::method)
        .toList();
  }

  /** The same as text. */
  String beaters() {
    if (kept.seeds() == 1) {
      return "open";
    }
    return beatenBy().isEmpty() ? "none" : String.join(", ", beatenBy());
  }

  String tableRow() {
    NumberText text = NumberText.of(kept);
    return "| %s | %s | %s | %s | %s | %s | %s |"
        .formatted(
            kept.setting().name(),
            row.method(),
            NumberText.percent(row.retention()),
            NumberText.percent(row.gain()),
            text.difference(row.minus(kept.full(), SeedScore::versatility)),
            verdict(),
            beaters());
  }

  static Optional<Claim> of(KeptComparison kept, String method) {
    return kept.row(method).map(row -> new Claim(kept, row));
  }
}
