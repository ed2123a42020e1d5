package org.cofitune.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.cli.Main;
import org.cofitune.runs.RunsFolder;
import org.cofitune.testing.ChildJvm;
import org.cofitune.testing.HeadlessBrowser;
import org.cofitune.testing.TinyModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/** The dashboard where it is read: in a browser. */
@Tag("browser")
@Timeout(600)
final class UiBrowserTest {
  private static final int DESKTOP = 1440;
  private static final int PHONE = 390;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String EVIL = "<img src=x onerror='evil=1'></script><script>evil=2</script>";

  @TempDir static Path directory;
  private static HeadlessBrowser browser;
  private static UiServer server;
  private static Path runs;

  @BeforeAll
  static void openBrowser() throws IOException {
    browser = HeadlessBrowser.open();
    runs = Files.createDirectories(directory.resolve("runs"));
    for (String run : List.of("searched", "trained")) {
      write(run, "recipe.yaml", "method: region # --set\nseed: 7 # --set\n");
    }
    write("searched", "search/result.json", "{\"chosen\": \"2-3:up_proj\"}");
    write("searched", "events.jsonl", search());
    write("trained", "events.jsonl", training());
    write("trained", "end.json", "{\"end\": \"failed\", \"message\": \"" + EVIL + "\"}");
    write("evil <b>name", "recipe.yaml", "method: \"" + EVIL + "\" # " + EVIL + "\n");
    server = UiServer.start(0, UiLimits.DEFAULT, RunsFolder.open(runs));
  }

  @AfterAll
  static void closeBrowser() {
    if (server != null) {
      server.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  private static void write(String run, String name, String text) throws IOException {
    Path file = runs.resolve(run).resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String training() {
    StringBuilder events = new StringBuilder("{\"event\":\"train_start\",\"total_steps\":50}\n");
    for (int step = 1; step <= 50; step++) {
      events.append(
          ("{\"event\":\"step\",\"step\":%d,\"total_steps\":50,\"epoch\":1.0,\"loss\":%s,"
                  + "\"learning_rate\":0.001,\"grad_norm\":1.5,"
                  + "\"speed\":{\"tokens_per_second\":1000,\"memory_bytes\":1000000000}}\n")
              .formatted(step, 2 + 1.0 / step));
    }
    return events + "{\"event\":\"eval\",\"step\":50,\"epoch\":1.0,\"eval_loss\":2.5}\n";
  }

  private static String search() {
    String scores = "\"steps\":9,\"parameters\":5,\"speciality\":4,\"versatility\":5,\"uni\":4.5";
    return """
        {"event":"base_score","setting":"a","region":"none","level":-1,"role":"BASE",SCORES}
        {"event":"trial_end","setting":"a","region":"0-3:up_proj","level":0,"role":"NODE",SCORES}
        {"event":"level_start","level":1,"parents":["0-3:up_proj"],"candidates":["2-3:up_proj"]}
        {"event":"trial_end","setting":"a","region":"2-3:up_proj","level":1,"role":"NODE",SCORES}
        {"event":"level_end","level":1,"followed":["2-3:up_proj"]}
        {"event":"search_end","chosen":"2-3:up_proj","uni":4.5}
        """
        .replace("SCORES", scores);
  }

  /** Opens an address, and waits until an expression is true in it. */
  private static void open(String hash, int width, String scheme, String until) {
    browser.show(server.url() + hash, width, scheme);
    await(until);
  }

  private static void await(String expression) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Boolean.TRUE.equals(browser.value("Boolean(" + expression + ")"))) {
      assertThat(System.nanoTime())
          .as(() -> expression + ": " + browser.value("document.body.innerText"))
          .isLessThan(end);
    }
  }

  private static String has(String text) {
    return "document.body.innerText.includes('" + text + "')";
  }

  @ParameterizedTest
  @CsvSource({
    "'', 1440, light", "'', 390, dark",
    "#/run/trained, 1440, dark", "#/run/trained, 390, light",
    "#/run/searched, 1440, light", "#/run/searched, 390, dark",
    "'#/compare/trained,searched', 1440, light", "'#/compare/trained,searched', 390, dark"
  })
  void everyViewIsOpenToEveryone(String hash, int width, String scheme) {
    open(hash, width, scheme, has("searched") + " || " + has("Search") + " || " + has("Training"));
    await("document.querySelector('h1') && document.querySelector('table')");

    assertThat(browser.barriers()).isEmpty();
    assertThat(browser.value("document.documentElement.scrollWidth")).isEqualTo((long) width);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void everyChartHasAPictureAndASentence() {
    open(
        "#/run/trained", DESKTOP, "light", "document.querySelectorAll('.chart canvas').length > 4");

    String shown = "[...document.querySelectorAll('.chart')].filter(c => c.offsetParent)";
    assertThat(browser.value(shown + ".every(c => c.getAttribute('aria-label').length > 20)"))
        .isEqualTo(true);
    assertThat(browser.value("document.querySelector('.chart').getAttribute('role')"))
        .isEqualTo("img");
    browser.value("document.querySelector('.wide details').open = true");
    await("document.querySelector('.wide details td')");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void theTreeTellsWhichRegionWasChosen() {
    open("#/run/searched", DESKTOP, "light", "document.querySelector('.tree .is-chosen')");

    assertThat(browser.value("document.querySelector('.is-chosen').innerText").toString())
        .contains("2-3 up", "chosen", "4.50");
  }

  @Test
  void nothingButThisServerIsAskedForAnything() throws IOException {
    browser.records();
    open("#/run/trained", DESKTOP, "light", has("Training"));
    open("#/compare/trained,searched", DESKTOP, "light", has("Settings that differ"));
    open("", DESKTOP, "light", has("trained"));

    List<String> asked = new ArrayList<>();
    for (String line : browser.records()) {
      JsonNode message = new ObjectMapper().readTree(line).path("message");
      if (message.path("method").asText().equals("Network.requestWillBeSent")) {
        asked.add(message.at("/params/request/url").asText());
      }
    }
    assertThat(asked)
        .contains(server.url(), server.url() + "api/runs")
        .allMatch(url -> url.startsWith(server.url()) || url.startsWith("about:"));
  }

  @Test
  void whatARunsFilesHoldStaysText() {
    open("", DESKTOP, "light", has("evil <b>name"));
    open("#/run/trained", DESKTOP, "light", has("failed: <img src=x"));
    open("#/run/evil%20%3Cb%3Ename", DESKTOP, "light", has("Settings"));

    assertThat(browser.value("typeof evil")).isEqualTo("undefined");
    assertThat(browser.value("document.images.length")).isEqualTo(0L);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void runsAreChosenAndComparedWithTheKeyboard() {
    open("", DESKTOP, "light", has("trained"));
    for (String name : List.of("trained", "searched")) {
      browser.value("document.querySelector('[aria-label=\"Compare " + name + "\"]').focus()");
      browser.driver().switchTo().activeElement().sendKeys(Keys.SPACE);
    }
    browser.value("document.querySelector('.bar a').focus()");
    browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);

    await(has("2 runs side by side"));
    assertThat(browser.value("document.activeElement.tagName")).isEqualTo("H1");
    await("document.querySelectorAll('.chart canvas').length >= 2");
  }

  @Test
  void theFirstTabSkipsToTheContent() {
    open("", PHONE, "light", has("trained"));

    browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
    assertThat(browser.value("document.activeElement.id")).isEqualTo("skip");
    browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);

    assertThat(browser.value("document.activeElement.id")).isEqualTo("main");
  }

  @Test
  void aRunningTrainingIsSeenLiveAndSoIsItsKill() throws Exception {
    Path model = TinyModel.llama().writeTo(directory.resolve("model"));
    String row = "{\"instruction\": \"Count.\", \"output\": \"one two three\"}\n";
    Path rows = Files.writeString(directory.resolve("rows.jsonl"), row.repeat(32));
    List<String> command = new ArrayList<>(List.of("train", "--model", model.toString()));
    command.addAll(List.of("--data", rows.toString(), "--out", runs.resolve("live").toString()));
    command.addAll(List.of("--region", "all", "--set", "device=cpu", "--set", "threads=1"));
    command.addAll(List.of("--set", "max_steps=1000000", "--set", "save_steps=0"));
    try (ChildJvm training = ChildJvm.start(Main.class, command.toArray(String[]::new))) {
      browser.show(server.url(), DESKTOP, "light");
      await("document.querySelector('tr.running')", training);
      browser.value("document.querySelector('tr.running a').click()");
      await(has("running: process " + training.process().pid()), training);
      String step = "(document.body.innerText.match(/([\\d,]+) of 1,000,000/) || [])[1]";
      await(step, training);
      Object seen = browser.value(step);
      await(step + " !== '" + seen + "'", training);
      await("document.querySelector('.chart canvas')", training);

      training.kill();

      await(has("stopped: process " + training.process().pid() + " is gone"));
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static void await(String expression, ChildJvm training) {
    while (!Boolean.TRUE.equals(browser.value("Boolean(" + expression + ")"))) {
      assertThat(training.process().isAlive()).as(training.output()).isTrue();
    }
  }
}
