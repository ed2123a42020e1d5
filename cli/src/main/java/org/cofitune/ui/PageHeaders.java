package org.cofitune.ui;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** What tells a browser to load nothing from anywhere else, and to show the page nowhere else. */
final class PageHeaders {
  private static final String POLICY = "Content-Security-Policy";
  private static final String NOWHERE_ELSE =
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String OF_THE_PAGE =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; "
          + NOWHERE_ELSE;

  /**
   * A report stands alone, scripts and styles in it. Whatever a folder holds under that name gets
   * no hold of the dashboard: its origin is its own.
   */
  private static final String OF_A_REPORT =
      "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline';"
          + " style-src 'unsafe-inline'; img-src data:; "
          + NOWHERE_ELSE;

  private PageHeaders() {}

  /** Puts the headers of every answer. */
  static void put(HttpFields.Mutable headers) {
    headers.put(POLICY, OF_THE_PAGE);
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("X-Frame-Options", "DENY");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
  }

  /** Puts those of a report in their place. */
  static void putOfReport(HttpFields.Mutable headers) {
    headers.put(POLICY, OF_A_REPORT);
  }
}
