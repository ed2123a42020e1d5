package org.cofitune.testing;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A browser without a window, and the page in it. */
public record HeadlessBrowser(ChromeDriver driver) implements AutoCloseable {
  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** Opens a browser; the test is skipped where none is installed. */
  public static HeadlessBrowser open() {
    Optional<Path> binary = BROWSERS.stream().flatMap(name -> onPath(name).stream()).findFirst();
    Optional<Path> driver = onPath("chromedriver");
    Assumptions.assumeTrue(
        binary.isPresent() && driver.isPresent(),
        "chromium and chromedriver are not installed (Debian: chromium, chromium-driver)");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(binary.orElseThrow().toFile());
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--hide-scrollbars");
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.orElseThrow().toFile())
            .build();
    return new HeadlessBrowser(new ChromeDriver(service, options));
  }

  private static Optional<Path> onPath(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Opens a page as a screen of that size would.
   *
   * @param scheme {@code light} or {@code dark}
   */
  public void show(String url, int width, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    driver.get("about:blank"); // an address that differs behind its # alone would load nothing
    driver.get(url);
  }

  /** The value of an expression in the page. */
  public Object value(String expression) {
    return driver.executeScript("return " + expression);
  }

  /**
   * What the browser complained about until now. Complaints arrive after a while, in their order:
   * so one of our own is made, and waited for.
   */
  public List<String> complaints() {
    String end = "asked for complaints " + UUID.randomUUID();
    driver.executeScript("console.warn(arguments[0])", end);
    List<String> complaints = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      for (String line : lines(LogType.BROWSER)) {
        if (line.contains(end)) {
          return complaints;
        }
        complaints.add(line);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    throw new AssertionError("the browser's log did not arrive within " + PATIENCE);
  }

  /** The browser's own record of what it fetched and did, a JSON object each. */
  public List<String> records() {
    return lines(LogType.PERFORMANCE);
  }

  private List<String> lines(String log) {
    return driver.manage().logs().get(log).getAll().stream().map(LogEntry::getMessage).toList();
  }

  /** What axe-core finds that keeps people out, a line each. */
  public List<String> barriers() {
    driver.executeScript(resource("/axe.min.js"));
    Object found =
        driver.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run().then(
              (r) => done(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' '))),
              (e) => done(['axe: ' + e]));
            """);
    return ((List<?>) Objects.requireNonNull(found)).stream().map(String::valueOf).toList();
  }

  private static String resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(HeadlessBrowser.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
