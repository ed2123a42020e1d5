package org.cofitune.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.pipeline.Sample;
import org.cofitune.testing.HeadlessBrowser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The page where it is read: in a browser. */
@Tag("browser")
final class ReportBrowserTest {
  private static final int DESKTOP = 1440;
  private static final int PHONE = 390;

  @TempDir static Path folder;
  private static HeadlessBrowser page;
  private static Path report;

  @BeforeAll
  static void openBrowser() {
    page = HeadlessBrowser.open();
    report = HtmlReport.write(WrittenRun.whole(folder.resolve("run")).run());
  }

  @AfterAll
  static void closeBrowser() {
    if (page != null) {
      page.close();
    }
  }

  @Test
  void everyChartIsDrawnAndTheBrowserHasNoComplaint() {
    open(report, DESKTOP, "light");

    assertThat(page.value("document.querySelectorAll('.chart').length")).isEqualTo(15L);
    assertThat(
            page.value(
                "[...document.querySelectorAll('.chart')].filter("
                    + "c => c.querySelectorAll('svg path').length < 2).map(c => c.id)"))
        .isEqualTo(List.of());
    assertThat(page.complaints()).isEmpty();
  }

  @Test
  void nothingButTheFileIsAskedFor() throws IOException {
    page.records();
    open(report, DESKTOP, "light");

    assertThat(requests())
        .contains(report.toUri().toString())
        .allMatch(url -> url.startsWith("file:") || url.equals("data:,"));
  }

  @Test
  void aPageThatAsksForMoreIsSeenAndKeptFromIt() throws IOException {
    Path asking = folder.resolve("asking.html");
    String html = Files.readString(report);
    Files.writeString(
        asking, html.replace("<main", "<img src=\"https://host.invalid/x.png\"><main"));

    open(asking, DESKTOP, "light");

    assertThat(page.complaints()).anyMatch(line -> line.contains("Content Security Policy"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void nothingKeepsPeopleOut(String scheme) {
    open(report, DESKTOP, scheme);

    assertThat(page.barriers()).isEmpty();
  }

  @Test
  void onAPhoneNothingScrollsSideways() {
    open(report, PHONE, "light");

    assertThat(page.value("innerWidth")).isEqualTo((long) PHONE);
    assertThat(page.value("document.documentElement.scrollWidth")).isEqualTo((long) PHONE);
    assertThat(page.barriers()).isEmpty();
  }

  @Test
  void chartsHaveTheColoursOfTheScheme() {
    String colour = "document.querySelector('#loss svg text').getAttribute('fill')";
    open(report, DESKTOP, "light");
    Object light = page.value(colour);

    open(report, DESKTOP, "dark");

    assertThat(light).isNotNull().isNotEqualTo(page.value(colour));
  }

  @Test
  void onPaperChartsAreLightWhateverTheScreenIs() {
    String colour = "document.querySelector('#loss svg text').getAttribute('fill')";
    open(report, DESKTOP, "light");
    Object light = page.value(colour);
    open(report, DESKTOP, "dark");
    Object dark = page.value(colour);

    page.driver().executeScript("dispatchEvent(new Event('beforeprint'))");
    Object printed = page.value(colour);
    page.driver().executeScript("dispatchEvent(new Event('afterprint'))");

    assertThat(printed).isEqualTo(light);
    assertThat(page.value(colour)).isEqualTo(dark);
  }

  @Test
  void theFirstTabSkipsToTheResults() {
    open(report, DESKTOP, "light");

    page.driver().switchTo().activeElement().sendKeys(Keys.TAB);
    assertThat(page.value("document.activeElement.textContent")).isEqualTo("Skip to the results");
    assertThat(page.value("document.activeElement.getBoundingClientRect().top >= 0"))
        .isEqualTo(true);
    page.driver().switchTo().activeElement().sendKeys(Keys.ENTER);

    assertThat(page.value("document.activeElement.id")).isEqualTo("main");
  }

  @Test
  void aHostileRunRunsNothing() {
    String evil = "</script><script>window.evil = 1</script><img src=x onerror='evil = 2'>\u0000";
    WrittenRun written =
        WrittenRun.whole(folder.resolve("evil"))
            .samples(new Sample(evil, evil, evil, evil, evil))
            .file(
                "analysis/analysis.json",
                "{\"drift\": {\"projections\": [\"</script><script>evil = 3</script>\"],"
                    + " \"relative\": [[1]]}}");

    open(HtmlReport.write(written.run()), DESKTOP, "light");

    assertThat(page.value("typeof evil")).isEqualTo("undefined");
    assertThat(page.value("document.images.length")).isEqualTo(0L);
    assertThat(page.value("document.querySelector('.sample .prompt p').textContent"))
        .asString()
        .startsWith("</script><script>window.evil");
    assertThat(page.complaints()).isEmpty();
  }

  private static void open(Path file, int width, String scheme) {
    page.show(file.toUri().toString(), width, scheme);
  }

  private static List<String> requests() throws IOException {
    List<String> urls = new ArrayList<>();
    for (String line : page.records()) {
      JsonNode message = new ObjectMapper().readTree(line).path("message");
      if (message.path("method").asText().equals("Network.requestWillBeSent")) {
        urls.add(message.at("/params/request/url").asText());
      }
    }
    return urls;
  }
}
