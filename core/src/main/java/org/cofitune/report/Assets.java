package org.cofitune.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/**
 * What a page has in it to stand alone.
 *
 * @param charts the chart library
 * @param script draws the page's data with it
 * @param style how the page looks
 */
record Assets(String charts, String script, String style) {
  static Assets load() {
    return new Assets(
        resource("echarts/echarts.min.js"), resource("report.js"), resource("report.css"));
  }

  /**
   * The page's Content-Security-Policy: these two scripts run, and nothing is loaded from anywhere.
   * Styles are allowed, since the chart library sets them.
   */
  String policy() {
    return "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
        + hash(charts)
        + " "
        + hash(script)
        + "; base-uri 'none'; form-action 'none'";
  }

  private static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Objects.requireNonNull(Assets.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
