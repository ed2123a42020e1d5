package org.cofitune.benchmarks.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.store.AtomicFile;

/**
 * Writes {@code RESULTS.md} from the comparisons that are kept, {@code results/compare/report}.
 *
 * <pre>{@code
 * String markdown = ResultsReport.markdown(Path.of("results/compare"));
 * }</pre>
 */
public final class ResultsReport {
  private static final String INTRODUCTION =
      """
      # Results

      Written by `results/compare/report` from the files in `results/compare`, which
      [results/README.md](results/README.md) says how to make again. Models this small show how the methods behave
      beside each other, not what they are worth on a large chat model.

      Each method is trained with every learning rate of its list and one seed. The highest uni on the development set
      chooses its rate; with that rate the other seeds are trained, and the test is asked once for each. Other
      settings of a method are its defaults.

      - **S** speciality, **V** versatility, each `100 * exp(-nll / token)` of test texts; **uni** the two weighed together.
      - **V kept** is V over that of the base, **gain** the share of the full fine-tune's gain of S.
      - **KL** is how far predictions went from the base's on the new domain's rows.
      - Brackets are 95 % intervals over seeds (Student's t); over test texts where there is one seed. **Signal**: the interval of the paired difference, seed by
        seed, leaves out zero. Everything else is noise. A signal may be small. Of twenty comparisons of equals one passes by chance. The
        intervals say what training again would give on the same test texts; `table.json` has for each seed the p-value
        over test texts.""";

  private ResultsReport() {}

  /**
   * The report.
   *
   * @param folder with {@code report.json} and a folder for each comparison
   * @throws IOException for a file that is not there or cannot be read
   */
  public static String markdown(Path folder) throws IOException {
    ReportPlan plan = ReportPlan.read(folder.resolve("report.json"));
    List<KeptComparison> comparisons = new ArrayList<>();
    for (ReportPlan.Setting setting : plan.settings()) {
      comparisons.add(KeptComparison.read(folder, setting));
    }
    List<String> chapters = new ArrayList<>(List.of(INTRODUCTION));
    chapters.add(new ClaimChapter(comparisons, plan).markdown());
    comparisons.forEach(kept -> chapters.add(new SettingPage(kept, plan).markdown()));
    return String.join("\n\n", chapters) + "\n";
  }

  /** Takes the folder of the comparisons and the file to write. */
  public static void main(String[] arguments) throws IOException {
    AtomicFile.write(Path.of(arguments[1]), markdown(Path.of(arguments[0])));
  }
}
