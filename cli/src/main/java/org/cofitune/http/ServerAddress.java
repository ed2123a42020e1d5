package org.cofitune.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens, and who may speak to it.
 *
 * @param host name or address to bind
 * @param port 0 takes a free one
 * @param apiKey what every request must carry as a bearer token; null asks for none
 */
public record ServerAddress(String host, int port, @Nullable String apiKey) {
  public static final String DEFAULT_HOST = "127.0.0.1";
  public static final int DEFAULT_PORT = 8000;
  private static final int HIGHEST_PORT = 65535;

  /**
   * Checks that a machine's network is not let in without a key.
   *
   * @throws CofituneException of kind RECIPE
   */
  public ServerAddress {
    if (port < 0 || port > HIGHEST_PORT) {
      throw CofituneException.of(ErrorKind.RECIPE, "impossible port")
          .at("--port")
          .expected("0 to " + HIGHEST_PORT)
          .found(port)
          .next("choose another")
          .build();
    }
    if (apiKey != null && !apiKey.matches("[!-~]+")) {
      throw CofituneException.of(ErrorKind.RECIPE, "the API key cannot be sent in a header")
          .at("--api-key-file")
          .expected("visible ASCII characters without blanks")
          .next("write another key")
          .build();
    }
    if (apiKey == null && !isLoopback(host)) {
      throw CofituneException.of(ErrorKind.RECIPE, "listening beyond this machine needs an API key")
          .at("--host")
          .expected("127.0.0.1, or a key")
          .found(host)
          .next("give --api-key-file FILE, or set COFITUNE_API_KEY")
          .build();
    }
  }

  /** Whether only this machine can connect. */
  public boolean loopback() {
    return isLoopback(host);
  }

  private static boolean isLoopback(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException e) {
      throw CofituneException.of(ErrorKind.RECIPE, "the address to listen on is unknown")
          .at("--host")
          .expected("a name or address of this machine")
          .found(host)
          .next("127.0.0.1 is this machine alone, 0.0.0.0 all its networks")
          .cause(e)
          .build();
    }
  }

  /** The host as it stands in a URL. */
  public String urlHost() {
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
