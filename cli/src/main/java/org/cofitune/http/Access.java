package org.cofitune.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Lets in whom the server is meant for. A page of another server is kept out, whatever name it gave
 * this machine (DNS rebinding) and however it asks; a program needs the key where there is one.
 */
final class Access extends Handler.Wrapper {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String SCHEME = "Bearer ";

  /** Browsers say it of every request; a link that a person follows is no reason to refuse. */
  private static final String FETCH_SITE = "Sec-Fetch-Site";

  private static final Set<String> OTHER_SITES = Set.of("cross-site", "same-site");
  private static final String FETCH_MODE = "Sec-Fetch-Mode";
  private static final String FOLLOWED_LINK = "navigate";

  private final boolean loopback;
  private final Set<String> open;
  private final byte @Nullable [] keyDigest;

  /**
   * Stands before a handler.
   *
   * @param open paths that need no key
   */
  Access(ServerAddress address, Set<String> open, Handler handler) {
    super(handler);
    this.open = Set.copyOf(open);
    this.loopback = address.loopback();
    this.keyDigest = address.apiKey() == null ? null : digest(address.apiKey());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    ApiException refusal = refusal(request);
    if (refusal != null) {
      new Exchange(request, response, callback).refuse(refusal);
      return true;
    }
    return super.handle(request, response, callback);
  }

  private @Nullable ApiException refusal(Request request) {
    String host = request.getHeaders().get(HttpHeader.HOST);
    if (loopback && !isLoopback(host)) {
      return ApiException.ofStatus(
          HttpStatus.FORBIDDEN_403,
          "This server answers to localhost, 127.0.0.1 and [::1] only, whatever other names its"
              + " machine has.");
    }
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    boolean foreign = origin == null ? isEmbeddedElsewhere(request) : !isOwn(origin, host);
    if (foreign) {
      return ApiException.ofStatus(
          HttpStatus.FORBIDDEN_403, "This server answers no pages of other servers.");
    }
    boolean needsKey = !open.contains(Request.getPathInContext(request));
    return keyDigest == null || !needsKey || hasKey(request, keyDigest)
        ? null
        : ApiException.unauthorized();
  }

  /** Images and scripts of another site's page come without an origin. */
  private static boolean isEmbeddedElsewhere(Request request) {
    String site = request.getHeaders().get(FETCH_SITE);
    return site != null
        && OTHER_SITES.contains(site)
        && !FOLLOWED_LINK.equals(request.getHeaders().get(FETCH_MODE));
  }

  /** Whether the header {@code Host} names this machine and no other. */
  static boolean isLoopback(@Nullable String host) {
    return host != null && LOOPBACK.contains(withoutPort(host));
  }

  /** Whether a page of this server asks. */
  static boolean isOwn(String origin, @Nullable String host) {
    return origin.equals("http://" + host) || origin.equals("https://" + host);
  }

  private static String withoutPort(String host) {
    return host.replaceFirst(":[0-9]{0,5}$", "").toLowerCase(Locale.ROOT);
  }

  /** Digests have one length and are compared in constant time: nothing of the key leaks. */
  private static boolean hasKey(Request request, byte[] expected) {
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    return header != null
        && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(digest(header.substring(SCHEME.length()).strip()), expected);
  }

  private static byte[] digest(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
