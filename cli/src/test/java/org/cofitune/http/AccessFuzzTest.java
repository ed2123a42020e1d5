package org.cofitune.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

final class AccessFuzzTest {
  /** The host stands before the first line end, the origin behind it. */
  @FuzzTest
  void whateverIsLetInLeadsToThisMachine(byte[] bytes) {
    String input = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = input.indexOf('\n');
    String host = end < 0 ? input : input.substring(0, end);
    String origin = input.substring(end + 1);

    if (Access.isLoopback(host)) {
      assertThat(hostOf("http://" + host)).isIn("localhost", "127.0.0.1", "[::1]");
      if (Access.isOwn(origin, host)) {
        assertThat(hostOf(origin)).isEqualTo(hostOf("http://" + host));
      }
    }
  }

  /** As a browser reads it: what is no URL leads nowhere. */
  private static String hostOf(String url) {
    String host = URI.create(url).getHost();
    return host == null ? "" : host.toLowerCase(Locale.ROOT);
  }
}
