package org.cofitune.evaluate.score;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.cofitune.evaluate.statistics.Interval;
import org.jspecify.annotations.Nullable;

/** Score cards and comparisons as plain text for people. */
public final class ScorecardTable {
  private static final double LARGE = 1e6;

  private ScorecardTable() {}

  /** Every metric of every task, the primary one marked, then what the tasks add up to. */
  public static String of(Scorecard card) {
    return card.tasks().isEmpty()
        ? gauges(card.gauges())
        : tasks(card) + (card.gauges().isEmpty() ? "" : "\n" + gauges(card.gauges()));
  }

  private static String tasks(Scorecard card) {
    TextTable table =
        new TextTable(3, "task", "group", "metric", "items", "value", "score", "95 % interval");
    for (TaskScore task : card.tasks()) {
      for (int i = 0; i < task.metrics().size(); i++) {
        MetricScore metric = task.metrics().get(i);
        boolean primary = i == 0;
        table.row(
            primary ? task.alias() : "",
            primary ? task.group().text() : "",
            name(metric) + (primary ? " *" : ""),
            primary ? String.valueOf(task.items()) : "",
            value(metric.value()),
            score(metric.score()),
            interval("%.2f", metric.interval()));
      }
    }
    for (GroupScore group : card.groups()) {
      if (group.group().isVersatility()) {
        total(table, "mean of " + group.group().text(), group.score());
      }
    }
    total(table, "speciality S", card.speciality());
    total(table, "versatility V", card.versatility());
    total(
        table,
        card.specialityWeight() == Scorecard.EVEN
            ? "uni (S + V) / 2"
            : String.format(
                Locale.ROOT,
                "uni %.2f S + %.2f V",
                card.specialityWeight(),
                1 - card.specialityWeight()),
        card.uni());
    return table + notes(card);
  }

  /** What changed from the base on texts without a task. */
  private static String gauges(List<Gauge> gauges) {
    TextTable table =
        new TextTable(
            1,
            "text",
            "tokens",
            "KL(base||tuned)",
            "95 % interval",
            "nll base",
            "tuned",
            "change",
            "95 % interval");
    for (Gauge gauge : gauges) {
      table.row(
          gauge.texts(),
          String.valueOf(gauge.tokens()),
          number("%.4f", gauge.divergence().score()),
          interval("%.4f", gauge.divergence().interval()),
          number("%.4f", gauge.baseNll().score()),
          number("%.4f", gauge.tunedNll().score()),
          number("%+.4f", gauge.nllChange().score()),
          interval("%+.4f", gauge.nllChange().interval()));
    }
    return table.toString();
  }

  /** Every task with its difference, then what it adds up to. */
  public static String of(Comparison comparison) {
    TextTable table =
        new TextTable(
            3, "task", "group", "metric", "items", "base", "tuned", "change", "95 % interval", "p");
    for (TaskDifference task : comparison.tasks()) {
      table.row(
          task.task(),
          task.group().text(),
          task.metric(),
          String.valueOf(task.items()),
          score(task.base()),
          score(task.tuned()),
          number("%+.2f", task.difference().difference()),
          interval("%+.2f", task.difference().interval()),
          number("%.4f", task.difference().pValue()));
    }
    change(table, "speciality S", "%+.2f", comparison.specialityChange());
    change(table, "versatility V", "%+.2f", comparison.versatilityChange());
    change(table, "retention V/V_base", "%.3f", comparison.retention());
    change(table, "gain of full fine-tuning's", "%.3f", comparison.gain());
    return table
        + "base: "
        + comparison.base()
        + ", tuned: "
        + comparison.tuned()
        + (comparison.full() == null ? "" : ", full: " + comparison.full())
        + "\n";
  }

  private static void total(TextTable table, String name, @Nullable Measure measure) {
    if (measure != null) {
      table.row(name, "", "", "", "", score(measure.score()), interval("%.2f", measure.interval()));
    }
  }

  private static void change(
      TextTable table, String name, String format, @Nullable Measure measure) {
    if (measure != null) {
      table.row(
          name,
          "",
          "",
          "",
          "",
          "",
          number(format, measure.score()),
          interval(format, measure.interval()),
          "");
    }
  }

  private static String notes(Scorecard card) {
    StringBuilder notes = new StringBuilder("* counts for the model; scores are 0..100\n");
    for (TaskScore task : card.tasks()) {
      if (task.skipped() > 0) {
        notes.append(task.alias()).append(": ").append(task.skipped()).append(" rows skipped\n");
      }
      if (task.cached() > 0) {
        notes
            .append(task.alias())
            .append(": ")
            .append(task.cached())
            .append(" of ")
            .append(task.items())
            .append(" items from the cache\n");
      }
    }
    return notes.toString();
  }

  private static String name(MetricScore metric) {
    String filter = metric.filter().equals("none") ? "" : " [" + metric.filter() + "]";
    Map<String, Object> options = new TreeMap<>(metric.options());
    return metric.metric() + filter + (options.isEmpty() ? "" : " " + options);
  }

  /** Perplexities of texts without blanks have a hundred digits. */
  private static String value(double value) {
    return number(Math.abs(value) < LARGE ? "%.4f" : "%.4g", value);
  }

  private static String score(double score) {
    return number("%.2f", score);
  }

  private static String interval(String format, Interval interval) {
    return number(format, interval.low()) + " .. " + number(format, interval.high());
  }

  private static String number(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }
}
