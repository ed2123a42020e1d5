package org.cofitune.ui;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A file that the page is made of.
 *
 * @param contentType what it is
 * @param content its bytes
 */
record Asset(String contentType, byte[] content) {
  private static final String PAGE = "text/html; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String IMAGE = "image/svg+xml";

  /** The report has the same chart library. */
  private static final String CHARTS = "/org/cofitune/report/echarts/echarts.min.js";

  private static final String[] SCRIPTS = {
    "main", "api", "charts", "compare", "curves", "details", "dom", "format", "list", "run", "tree"
  };

  /** All of them, by their path. */
  static Map<String, Asset> load() {
    Map<String, Asset> assets = new HashMap<>();
    assets.put("/", read(PAGE, "index.html"));
    assets.put("/assets/ui.css", read(STYLE, "ui.css"));
    assets.put("/assets/icon.svg", read(IMAGE, "icon.svg"));
    assets.put("/assets/echarts.min.js", read(SCRIPT, CHARTS));
    for (String script : SCRIPTS) {
      assets.put("/assets/" + script + ".js", read(SCRIPT, script + ".js"));
    }
    return Map.copyOf(assets);
  }

  private static Asset read(String contentType, String name) {
    try (InputStream in = Objects.requireNonNull(Asset.class.getResourceAsStream(name), name)) {
      return new Asset(contentType, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
