package org.cofitune.http;

import java.io.IOException;
import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.server.handler.SizeLimitHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens at an address, and lets in only whom it is meant for. */
public final class HttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final int THREADS = 16;
  private static final int NO_LIMIT = -1;

  private final ServerAddress address;
  private final Server server;
  private final ServerConnector connector;

  private HttpServer(ServerAddress address, Server server, ServerConnector connector) {
    this.address = address;
    this.server = server;
    this.connector = connector;
  }

  /**
   * Begins to listen.
   *
   * @param open paths that need no key
   * @param handler answers the requests that are let in
   * @throws CofituneException of kind RECIPE if the address cannot be listened on
   */
  public static HttpServer start(
      ServerAddress address, HttpLimits limits, Set<String> open, Handler handler) {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setName("http");
    Server server = new Server(threads);
    server.setErrorHandler(new JsonErrors());
    server.setStopTimeout(limits.graceTime().toMillis());
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(address.host());
    connector.setPort(address.port());
    connector.setIdleTimeout(limits.idleTime().toMillis());
    connector.setAcceptedSendBufferSize(limits.socketSendBytes());
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(limits.connections(), connector));
    SizeLimitHandler sizes = new SizeLimitHandler(limits.bodyBytes(), NO_LIMIT);
    sizes.setHandler(handler);
    server.setHandler(new GracefulHandler(new Access(address, open, sizes)));
    try {
      server.start();
    } catch (IOException e) {
      stop(server);
      throw CofituneException.of(ErrorKind.RECIPE, "the server cannot listen there")
          .at(address.urlHost() + ":" + address.port())
          .found(String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage()))
          .next("choose another --port, or 0 for a free one")
          .cause(e)
          .build();
    } catch (Exception e) {
      stop(server);
      throw new IllegalStateException("the server did not start", e);
    }
    return new HttpServer(address, server, connector);
  }

  /** The port, chosen by the system where 0 was asked for. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Where it answers, without a slash at the end. */
  public String url() {
    return "http://" + address.urlHost() + ":" + port();
  }

  /** Listens no more, and gives running requests some time to finish. */
  @Override
  public void close() {
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      LOG.warn("requests were cut off: {}", e.toString());
    }
  }
}
