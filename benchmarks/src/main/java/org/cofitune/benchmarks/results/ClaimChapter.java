package org.cofitune.benchmarks.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The answer to the claim, over all settings. */
record ClaimChapter(List<KeptComparison> comparisons, ReportPlan plan) {

  String markdown() {
    List<String> paragraphs = new ArrayList<>();
    paragraphs.add("## The claim");
    paragraphs.add(
        "\"More versatility than full fine-tuning at a marginal loss of speciality.\" A method passes"
            + " where its V is above that of the full fine-tune beyond noise and it has at least "
            + NumberText.percent(1 - Claim.MARGINAL)
            + " of the full fine-tune's gain, each at its own best learning rate.");
    paragraphs.add(answers());
    paragraphs.add(table());
    comparisons.forEach(kept -> paragraphs.add(others(kept)));
    paragraphs.add(
        "A full fine-tune keeps more if it is trained less. So the question is also what it learns where it"
            + " forgets as much: S on the development set, first seed, with each method's chosen rate, and S that"
            + " full has at the same V, between two of its own rates.");
    paragraphs.add(String.join("\n", comparisons.stream().map(this::equalVersatility).toList()));
    return String.join("\n\n", paragraphs);
  }

  private List<Claim> claims(KeptComparison kept) {
    return plan.family().stream()
        .map(method -> Claim.of(kept, method))
        .flatMap(Optional::stream)
        .toList();
  }

  private String answers() {
    List<String> lines = new ArrayList<>();
    for (String method : plan.family()) {
      List<Claim> all =
          comparisons.stream()
              .map(kept -> Claim.of(kept, method))
              .flatMap(Optional::stream)
              .filter(Claim::isDecided)
              .toList();
      if (!all.isEmpty()) {
        lines.add(
            "- %s: passes in %d of %d settings; more V than full in %d, at least %s of the gain in %d."
                .formatted(
                    method,
                    all.stream().filter(Claim::holds).count(),
                    all.size(),
                    all.stream().filter(Claim::keepsMore).count(),
                    NumberText.percent(1 - Claim.MARGINAL),
                    all.stream().filter(Claim::isMarginal).count()));
      }
    }
    return String.join("\n", lines);
  }

  private String table() {
    StringBuilder table =
        new StringBuilder(
            "| setting | method | V kept % | gain % | V minus full | verdict | more of both, beyond noise |\n");
    table.append("|---|---|---:|---:|---:|---|---|");
    for (KeptComparison kept : comparisons) {
      table.append('\n').append(full(kept));
      claims(kept).forEach(claim -> table.append('\n').append(claim.tableRow()));
    }
    return table.toString();
  }

  private static String full(KeptComparison kept) {
    return "| %s | full | %s | %s | | | %s |"
        .formatted(
            kept.setting().name(),
            NumberText.percent(kept.full().retention()),
            NumberText.percent(kept.full().gain()),
            new Claim(kept, kept.full()).beaters());
  }

  private String equalVersatility(KeptComparison kept) {
    FullCurve full = FullCurve.of(kept);
    NumberText text = NumberText.of(kept);
    List<String> parts = new ArrayList<>();
    List<String> behind = new ArrayList<>();
    for (Claim claim : claims(kept)) {
      SeedScore own = kept.chosenOnDevelopment(claim.row());
      OptionalDouble other = full.specialityAt(own.versatility());
      if (other.isPresent()) {
        parts.add(
            "%s %s, full %s"
                .formatted(
                    claim.row().method(),
                    text.number(own.speciality()),
                    text.number(other.getAsDouble())));
        if (own.speciality() < other.getAsDouble()) {
          behind.add(claim.row().method());
        }
      }
    }
    return "- %s: %s. Behind full: %s."
        .formatted(
            kept.setting().name(),
            String.join("; ", parts),
            behind.isEmpty() ? "none" : NumberText.list(behind));
  }

  private String others(KeptComparison kept) {
    if (kept.seeds() == 1) {
      return "On %s one seed leaves it open.".formatted(kept.setting().name());
    }
    List<String> passing =
        kept.methods().stream()
            .filter(row -> !plan.family().contains(row.method()))
            .filter(row -> new Claim(kept, row).holds())
            .map(
                row ->
                    "%s (V kept %s, gain %s)"
                        .formatted(
                            row.method(),
                            NumberText.percent(row.retention().score()),
                            NumberText.percent(row.gain().score())))
            .toList();
    return passing.isEmpty()
        ? "On %s no other method passes.".formatted(kept.setting().name())
        : "On %s these others pass, too: %s."
            .formatted(kept.setting().name(), NumberText.list(passing));
  }
}
