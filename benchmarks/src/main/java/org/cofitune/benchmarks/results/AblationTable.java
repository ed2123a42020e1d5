package org.cofitune.benchmarks.results;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Paired differences of methods that differ in one thing. */
record AblationTable(KeptComparison kept, List<ReportPlan.Ablation> ablations, NumberText text) {

  String markdown() {
    StringBuilder table =
        new StringBuilder(
            "| change | method minus other | S | V | uni | uni is | S, V at one rate |\n");
    table.append("|---|---|---:|---:|---:|---|---:|");
    for (ReportPlan.Ablation ablation : ablations) {
      Optional<KeptRow> method = kept.row(ablation.method());
      Optional<KeptRow> against = kept.row(ablation.against());
      if (method.isPresent() && against.isPresent()) {
        table.append('\n').append(row(ablation, method.get(), against.get()));
      }
    }
    return table.toString();
  }

  private String row(ReportPlan.Ablation ablation, KeptRow method, KeptRow against) {
    SeedDifference uni = method.minus(against, SeedScore::uni);
    return "| %s | %s (%s) minus %s (%s) | %s | %s | %s | %s | %s |"
        .formatted(
            ablation.change(),
            method.method(),
            method.chosen(),
            against.method(),
            against.chosen(),
            marked(method.minus(against, SeedScore::speciality)),
            marked(method.minus(against, SeedScore::versatility)),
            marked(uni),
            uni.verdict(),
            atOneRate(method, against));
  }

  /** The difference on the development set, first seed, with the other's rate; empty without. */
  private String atOneRate(KeptRow method, KeptRow against) {
    SeedScore own =
        kept.development()
            .getOrDefault(method.method(), new TreeMap<>())
            .get(against.learningRate());
    if (own == null) {
      return "";
    }
    SeedScore other = kept.chosenOnDevelopment(against);
    return text.signed(own.speciality() - other.speciality())
        + ", "
        + text.signed(own.versatility() - other.versatility());
  }

  /** Signal stands out in bold. */
  private String marked(SeedDifference difference) {
    String number = text.difference(difference);
    return difference.isSignal() ? "**" + number + "**" : number;
  }
}
