package org.cofitune.server;

import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.http.HttpLimits;
import org.cofitune.http.HttpServer;
import org.cofitune.http.ServerAddress;

/**
 * The HTTP server.
 *
 * <pre>{@code
 * try (ModelThread thread = new ModelThread(decoder, tokenizer, limits.waitingPrompts());
 *     ApiServer server = ApiServer.start(address, limits, model, thread)) {
 *   System.out.println(server.url());
 *   ...
 * }
 * }</pre>
 */
public final class ApiServer implements AutoCloseable {
  private final HttpServer server;

  private ApiServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Begins to listen.
   *
   * @throws CofituneException of kind RECIPE if the address cannot be listened on
   */
  public static ApiServer start(
      ServerAddress address, ServerLimits limits, ServedModel model, ModelThread thread) {
    HttpLimits http =
        new HttpLimits(
            limits.bodyBytes(),
            limits.connections(),
            limits.socketSendBytes(),
            limits.idleTime(),
            limits.graceTime());
    Routes routes = new Routes(model, thread, limits);
    return new ApiServer(HttpServer.start(address, http, Set.of(Routes.HEALTH), routes));
  }

  /** The port, chosen by the system where 0 was asked for. */
  public int port() {
    return server.port();
  }

  /** What clients take as their base URL. */
  public String url() {
    return server.url() + "/v1";
  }

  /** Listens no more, and gives running requests some time to finish. */
  @Override
  public void close() {
    server.close();
  }
}
