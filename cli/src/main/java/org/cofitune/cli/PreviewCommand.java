package org.cofitune.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.cofitune.data.DataPreview;
import org.cofitune.data.DataReport;
import org.cofitune.data.LengthStatistics;
import org.cofitune.data.RowPreview;
import org.cofitune.model.ModelConfigReader;
import org.cofitune.pipeline.Recipe;
import org.cofitune.pipeline.RunSection;
import org.cofitune.pipeline.TrainingData;
import org.cofitune.text.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows rows as the model will see them. */
@Command(
    description = {
      "Prints the first rows as the model will see them, special tokens included. Tokens that the"
          + " loss counts are green on a terminal and stand in [[ ]] elsewhere. Then what the whole"
          + " set is like: rows skipped and truncated, tokens, lengths. No weight is read.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  cofitune preview --model models/my-llama --data rows.jsonl",
      "  cofitune preview recipe.yaml --rows 10 --set cutoff_len=512"
    })
final class PreviewCommand implements Callable<Integer> {
  private static final int NAMES = 11;
  private static final String GREEN = "\u001b[32m";
  private static final String RESET = "\u001b[0m";

  private final Console console;

  @Mixin private RecipeOptions recipeOptions = new RecipeOptions();

  @Mixin(name = "common")
  private CommonOptions common = new CommonOptions();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rows to print (default: ${DEFAULT-VALUE}).")
  private int rows;

  PreviewCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Recipe recipe = recipeOptions.resolve().require("preview", "model_name_or_path", "dataset");
    Path model = Objects.requireNonNull(recipe.section(RunSection.class).modelNameOrPath());
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      TrainingData data = TrainingData.read(recipe, tokenizer, ModelConfigReader.read(model));
      DataPreview preview = DataPreview.of(data.rows(), Math.max(0, rows), tokenizer);
      if (common.json) {
        JsonOutput.print(console, preview);
      } else {
        preview.rows().forEach(this::print);
        print(preview, data.arguments().cutoffLen());
      }
    }
    return ExitStatus.DONE;
  }

  private void print(RowPreview row) {
    console
        .out()
        .printf(
            "%s: %d tokens, %d supervised%s%n",
            row.source(),
            row.tokens(),
            row.supervisedTokens(),
            row.truncated() ? ", cut off from " + row.rowTokens() : "");
    StringBuilder text = new StringBuilder();
    for (RowPreview.Piece piece : row.pieces()) {
      String shown = visible(piece.text());
      if (!piece.supervised()) {
        text.append(shown);
      } else if (console.colourOut()) {
        text.append(GREEN).append(shown.replace("\n", RESET + "\n" + GREEN)).append(RESET);
      } else {
        text.append("[[").append(shown).append("]]");
      }
    }
    console.out().println(text.toString().indent(2));
  }

  private void print(DataPreview preview, int cutoff) {
    DataReport report = preview.report();
    for (DataReport.FileRows file : report.files()) {
      fact("file", "%s, %s, %,d rows", file.file(), lower(file.format().name()), file.rows());
    }
    fact(
        "rows",
        "%,d read, %,d skipped, %,d truncated to %d tokens",
        report.rowsRead(),
        report.rowsSkipped(),
        report.rowsTruncated(),
        cutoff);
    report.firstSkipped().forEach(skipped -> fact("skipped", "%s", skipped.reason()));
    fact(
        "tokens",
        "%,d, of which %,d supervised (%.1f %%)",
        preview.tokens(),
        preview.supervisedTokens(),
        100 * preview.supervisedShare());
    LengthStatistics lengths = preview.lengths();
    fact(
        "row length",
        "%d to %d tokens, mean %.0f, median %d; 90 %% have at most %d, 99 %% at most %d",
        lengths.shortest(),
        lengths.longest(),
        lengths.mean(),
        lengths.median(),
        lengths.percentile90(),
        lengths.percentile99());
  }

  private void fact(String name, String format, Object... values) {
    new Facts(console, NAMES).print(name, format, values);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Control characters of the data must not reach a terminal; line ends and tabs may. */
  private static String visible(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                out.append(String.format("\\u%04x", c));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }
}
