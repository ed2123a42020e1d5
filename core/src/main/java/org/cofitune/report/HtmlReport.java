package org.cofitune.report;

import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.cofitune.error.CofituneException;
import org.cofitune.pipeline.ProductVersion;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.store.AtomicFile;

/**
 * {@code report.html}: what a run came to, in one file that loads nothing from anywhere. Made from
 * the files that the run left; what it has not made is left out.
 *
 * <pre>{@code
 * HtmlReport.write(new RunDirectory(Path.of("runs/first")), Path.of("runs/first/report.html"));
 * }</pre>
 */
public final class HtmlReport {
  /** The usual name. */
  public static final String FILE = "report.html";

  /** The sections in their order, each from the files that it needs. */
  private static final List<Function<RunFiles, Optional<Section>>> PARTS =
      List.of(
          MethodsPart::of,
          ScoresPart::of,
          SearchPart::of,
          TrainingPart::of,
          ImportancePart::of,
          AnalysisPart::of,
          SamplesPart::of,
          SettingsPart::of);

  private HtmlReport() {}

  /**
   * Writes the report of a run; the file appears when it is complete.
   *
   * @throws CofituneException of kind RECIPE if there is no run, of kind FORMAT if a file of it is
   *     damaged
   */
  public static void write(RunDirectory run, Path file) {
    AtomicFile.write(file, of(run));
  }

  /** Writes the report into the run's own folder, and returns the file. */
  public static Path write(RunDirectory run) {
    Path file = run.path().resolve(FILE);
    write(run, file);
    return file;
  }

  /** The page; the same files give the same text. */
  static String of(RunDirectory run) {
    RunFiles files = RunFiles.of(run);
    List<Section> sections =
        PARTS.stream().map(part -> part.apply(files)).flatMap(Optional::stream).toList();
    Page page =
        new Page(files.name(), ProductVersion.read(), Headline.of(files), sections, Assets.load());
    StringOutput html = new StringOutput();
    JtepageGenerated.render(new OwaspHtmlTemplateOutput(html), null, page);
    return html.toString();
  }
}
