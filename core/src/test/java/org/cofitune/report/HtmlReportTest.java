package org.cofitune.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.pipeline.RunDirectory;
import org.cofitune.pipeline.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HtmlReportTest {
  /** Whatever a browser would fetch: attributes with addresses, and style sheets' own. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "\\s(?:src|srcset|href|action|formaction|poster|data|background|ping)=\"([^\"]*)\"");

  @TempDir Path folder;

  @Test
  void everyPieceOfARunHasItsSection() {
    String html = WrittenRun.whole(folder).html();

    assertThat(found("<section id=\"([a-z]+)\"", html))
        .containsExactly(
            "scores", "search", "training", "importance", "analysis", "samples", "settings");
    assertThat(found("class=\"chart\" id=\"([a-z0-9-]+)\"", html))
        .containsExactly(
            "plane",
            "tree",
            "trials-plane",
            "loss",
            "learning-rate",
            "grad-norm",
            "measured-base-divergence",
            "heads",
            "neurons",
            "outputs",
            "drift",
            "lens-speciality",
            "lens-versatility",
            "similarity",
            "swaps");
  }

  @Test
  void whatARunHasNotMadeIsLeftOut() {
    String html = WrittenRun.in(folder).training().html();

    assertThat(found("<section id=\"([a-z]+)\"", html)).containsExactly("training", "settings");
    assertThat(html).doesNotContain("id=\"penalty\"");
  }

  @Test
  void aComparisonShowsItsMethods() {
    String html = WrittenRun.in(folder).comparison().html();

    assertThat(found("<section id=\"([a-z]+)\"", html)).containsExactly("methods", "settings");
    assertThat(html).contains("55.00\n54.99 – 55.01", "88.0 %\n87.0 – 89.0 %");
  }

  @Test
  void settingsThatSomebodyChoseAreListedWithTheirOrigin() {
    String html = WrittenRun.in(folder).html();

    String table = html.substring(html.indexOf("Settings that are not defaults"));
    assertThat(table.substring(0, table.indexOf("</table>")))
        .contains("learning_rate", "3.0E-4", "recipe.yaml:2", "search.beam")
        .doesNotContain("weight_decay");
  }

  @Test
  void everyChartHasItsNumbersAsATable() {
    String html = WrittenRun.whole(folder).html();

    for (String figure : found("(?s)(<figure.*?</figure>)", html)) {
      assertThat(figure)
          .containsPattern("(?s)role=\"img\" aria-label=\"[^\"]{20,}\".*<tbody>\\s*<tr>");
    }
  }

  @Test
  void theSameFilesGiveTheSamePage() {
    assertThat(WrittenRun.whole(folder).html()).isEqualTo(HtmlReport.of(new RunDirectory(folder)));
  }

  @Test
  void nothingIsLoadedFromAnywhere() {
    String html = withoutScripts(WrittenRun.whole(folder).html());

    assertThat(found(ADDRESS.pattern(), html))
        .isNotEmpty()
        .allMatch(address -> address.startsWith("#") || address.equals("data:,"));
    assertThat(html)
        .doesNotContainIgnoringCase("@import", "url(", "<iframe", "<object", "<embed", "<base ");
    assertThat(html).contains("default-src &#39;none&#39;").doesNotContain("connect-src");
  }

  @Test
  void thePolicyLetsNoOtherScriptRun() {
    Assets assets = Assets.load();
    String html = WrittenRun.whole(folder).html();

    assertThat(found("(?s)<script>(.*?)</script>", html))
        .containsExactly(assets.charts(), assets.script());
    assertThat(assets.policy())
        .containsPattern("script-src 'sha256-[^']{44}' 'sha256-[^']{44}';")
        .doesNotContain("script-src 'unsafe", "eval");
    assertThat(assets.charts() + assets.script() + assets.style())
        .doesNotContainIgnoringCase("</script", "</style", "<!--");
  }

  @Test
  void aHostileRunCannotBreakOut() {
    String evil =
        "</script></style></title>\u0000\u202e<script>alert(1)</script><img src=x onerror=a>";
    String tame = WrittenRun.whole(folder.resolve("tame")).html();
    WrittenRun written = WrittenRun.whole(folder.resolve("evil"));
    written
        .samples(new Sample(evil, evil, evil, evil, evil))
        .file("environment.json", "{\"\\\"><script>\": \"</script><script>alert(2)</script>\"}")
        .file("recipe.yaml", "learning_rate: '\"><script>alert(3)</script>' # <b>\"here\"</b>\n")
        .file(
            "delta/cofitune.json",
            "{\"region\": \"<script>\", \"base\": {\"path\": \"/<img>\"}, \"method\": {}}")
        .file(
            "analysis/analysis.json",
            "{\"drift\": {\"projections\": [\"</script><script>alert(4)</script>\"],"
                + " \"relative\": [[1]]}}");

    String html = written.html();

    assertThat(count("<script", withoutScripts(html)))
        .isEqualTo(count("<script", withoutScripts(tame)));
    assertThat(count("<img|<b>", withoutScripts(html))).isZero();
    assertThat(html).doesNotContain("alert(4)</script>", "\u0000", "\u202e");
    assertThat(html).contains("&lt;script&gt;alert(1)&lt;/script&gt;");
  }

  @Test
  void aFolderThatIsNoRunIsRefused() {
    assertThatThrownBy(() -> HtmlReport.of(new RunDirectory(folder)))
        .isInstanceOfSatisfying(
            CofituneException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.RECIPE))
        .hasMessageContainingAll("no run there", "recipe.yaml");
  }

  @Test
  void aDamagedFileIsNamedAndNoPageIsLeft() {
    WrittenRun written = WrittenRun.whole(folder).file("samples.jsonl", "{}\n{]\n");

    assertThatThrownBy(() -> HtmlReport.write(written.run()))
        .isInstanceOf(CofituneException.class)
        .hasMessageContaining("samples.jsonl:");
    assertThat(folder.resolve("report.html")).doesNotExist();
  }

  @Test
  void aRunningSearchIsReadAndLeftAlone() throws Exception {
    WrittenRun written = WrittenRun.in(folder).search();
    Path trials = written.run().trials();
    String half = Files.readString(trials) + "{\"setting\": \"s\", \"reg";
    Files.writeString(trials, half);

    assertThat(written.html()).contains("5 regions were tried");
    assertThat(Files.readString(trials)).isEqualTo(half);
  }

  private static String withoutScripts(String html) {
    return html.replaceAll("(?s)(<script[^>]*>).*?</script>", "$1</script>");
  }

  private static List<String> found(String pattern, String text) {
    List<String> found = new ArrayList<>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  private static long count(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().count();
  }
}
