package org.cofitune.benchmarks.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.cofitune.evaluate.score.Measure;

/** The chapter of one comparison: what is best, the table, the front, and what was tried. */
final class SettingPage {
  private static final int NAMED_BY_BALANCE = 3;

  private final KeptComparison kept;
  private final ReportPlan plan;
  private final NumberText text;

  SettingPage(KeptComparison kept, ReportPlan plan) {
    this.kept = kept;
    this.plan = plan;
    this.text = NumberText.of(kept);
  }

  String markdown() {
    return String.join(
        "\n\n",
        "## " + kept.setting().name(),
        subject(),
        winner(),
        family(),
        front(),
        table(),
        "### One thing changed at a time",
        "Each at its own best learning rate, in brackets; bold is signal. The last column has both at the rate of the"
            + " second, on the development set, first seed.",
        new AblationTable(kept, plan.ablations(), text).markdown(),
        "### What each learning rate gave",
        "S / V on the development set, first seed. " + edges(),
        development());
  }

  private String subject() {
    ReportPlan.Setting setting = kept.setting();
    JsonNode recipe = kept.recipe();
    return "Speciality: %s. Versatility: %s. %d steps of %d rows, %s; S has weight %s in uni. Without training S %s, V %s, uni %s."
            .formatted(
                setting.speciality(),
                setting.versatility(),
                recipe.path("max_steps").asInt(),
                recipe.path("per_device_train_batch_size").asInt(),
                kept.seeds() == 1 ? "one seed" : kept.seeds() + " seeds",
                NumberText.rate(kept.specialityWeight()),
                text.number(kept.base().speciality().score()),
                text.number(kept.base().versatility().score()),
                text.number(kept.base().uni().score()))
        + " The search chose `%s`; the random region of its size is `%s`."
            .formatted(kept.region("region-search"), kept.region("region-random"));
  }

  private List<KeptRow> byUni() {
    return kept.methods().stream()
        .sorted(Comparator.comparingDouble((KeptRow row) -> -row.uni().score()))
        .toList();
  }

  private String winner() {
    List<KeptRow> order = byUni();
    KeptRow best = order.get(0);
    StringBuilder sentence =
        new StringBuilder(
            "**Best by uni: %s, %s.**".formatted(best.method(), text.measure(best.uni())));
    if (best.uni().score() <= kept.base().uni().score()) {
      sentence.append(" Not above the base: by this measure no training pays here.");
    }
    if (!best.equals(kept.full())) {
      sentence.append(' ').append(lead(best, kept.full(), "the full fine-tune"));
    }
    sentence
        .append(' ')
        .append(lead(best, order.get(1), "the runner-up, " + order.get(1).method()));
    List<String> within =
        order.stream()
            .skip(2)
            .filter(row -> best.minus(row, SeedScore::uni).hasInterval())
            .filter(row -> !best.minus(row, SeedScore::uni).isSignal())
            .map(KeptRow::method)
            .toList();
    if (!within.isEmpty()) {
      sentence.append(" Within noise of it, too: ").append(NumberText.list(within)).append('.');
    }
    return sentence.toString();
  }

  private String lead(KeptRow best, KeptRow other, String name) {
    SeedDifference difference = best.minus(other, SeedScore::uni);
    return "Its lead over %s is %s, %s."
        .formatted(
            name,
            text.difference(difference),
            difference.hasInterval()
                ? (difference.isSignal() ? "beyond" : "not beyond") + " the 95 % interval"
                : "of one seed");
  }

  /** Where the methods that train a region stand. */
  private String family() {
    List<KeptRow> order = byUni();
    List<String> places = new ArrayList<>();
    for (String name : plan.family()) {
      Optional<KeptRow> row = kept.row(name);
      row.ifPresent(r -> places.add("%s %d".formatted(name, order.indexOf(r) + 1)));
    }
    boolean wins = plan.family().contains(order.get(0).method());
    List<String> byBalance =
        kept.methods().stream()
            .sorted(Comparator.comparingDouble((KeptRow row) -> -row.balance()))
            .limit(NAMED_BY_BALANCE)
            .map(KeptRow::method)
            .toList();
    return "%s Places by uni among %d methods: %s. With versatility kept and gain weighed alike, the first are %s."
        .formatted(
            wins
                ? "A method that trains a region wins here."
                : "No method that trains a region wins here.",
            order.size(),
            String.join(", ", places),
            NumberText.list(byBalance));
  }

  private String front() {
    List<String> names =
        kept.rows().stream()
            .filter(KeptRow::front)
            .sorted(Comparator.comparingDouble(row -> row.speciality().score()))
            .map(KeptRow::method)
            .toList();
    return "Pareto front, from most V to most S: %s. No method has at least as much of both as one of these, and more of one, in the means."
        .formatted(NumberText.list(names));
  }

  private String table() {
    StringBuilder table =
        new StringBuilder(
            "| method | front | chosen | S | V | uni | V kept % | gain % | KL | trained % |\n");
    table.append("|---|---|---|---:|---:|---:|---:|---:|---:|---:|");
    for (KeptRow row : kept.rows()) {
      table.append(
          "\n| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |"
              .formatted(
                  row.method(),
                  row.front() ? "*" : "",
                  row.chosen(),
                  text.measure(row.speciality()),
                  text.measure(row.versatility()),
                  text.measure(row.uni()),
                  NumberText.percent(row.retention()),
                  NumberText.percent(row.gain()),
                  row.divergence().map(this::divergence).orElse(""),
                  NumberText.rate(Math.round(10 * row.trainedPercent()) / 10.0)));
    }
    return table.toString();
  }

  private String divergence(Measure value) {
    return new NumberText(2).measure(value);
  }

  private String edges() {
    List<String> names =
        kept.methods().stream().filter(kept::isAtTheEdge).map(KeptRow::method).toList();
    return names.isEmpty()
        ? "Every chosen rate has a lower and a higher one beside it."
        : "The lowest or the highest rate was chosen for %s: a better one may lie outside."
            .formatted(NumberText.list(names));
  }

  private String development() {
    List<Double> rates =
        kept.development().values().stream()
            .flatMap(tried -> tried.keySet().stream())
            .distinct()
            .sorted()
            .toList();
    StringBuilder table = new StringBuilder("| method |");
    rates.forEach(rate -> table.append(' ').append(NumberText.rate(rate)).append(" |"));
    table.append("\n|---|").append("---:|".repeat(rates.size()));
    kept.development()
        .forEach(
            (method, tried) -> {
              table.append("\n| ").append(method).append(" |");
              for (double rate : rates) {
                SeedScore score = tried.get(rate);
                table.append(
                    score == null
                        ? " |"
                        : " %s / %s |"
                            .formatted(
                                text.number(score.speciality()), text.number(score.versatility())));
              }
            });
    return table.toString();
  }
}
