package org.cofitune.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Lets in whom the server is meant for. A page in a browser is kept out, whatever name it gave this
 * machine (DNS rebinding) and wherever it came from; a program needs the key where there is one.
 */
final class Access extends Handler.Wrapper {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String SCHEME = "Bearer ";

  private final boolean loopback;
  private final byte @Nullable [] keyDigest;

  Access(ServerAddress address, Handler handler) {
    super(handler);
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
    if (loopback && (host == null || !LOOPBACK.contains(withoutPort(host)))) {
      return ApiException.ofStatus(
          HttpStatus.FORBIDDEN_403,
          "This server answers to localhost, 127.0.0.1 and [::1] only, whatever other names its"
              + " machine has.");
    }
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    if (origin != null && !Set.of("http://" + host, "https://" + host).contains(origin)) {
      return ApiException.ofStatus(
          HttpStatus.FORBIDDEN_403, "This server answers no pages of other servers.");
    }
    boolean open = Request.getPathInContext(request).equals(Routes.HEALTH);
    return keyDigest == null || open || hasKey(request, keyDigest)
        ? null
        : ApiException.unauthorized();
  }

  private static String withoutPort(String host) {
    return host.replaceFirst(":[0-9]*$", "").toLowerCase(java.util.Locale.ROOT);
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
