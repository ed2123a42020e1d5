package org.cofitune.ui;

import java.util.Set;
import org.cofitune.error.CofituneException;
import org.cofitune.http.HttpServer;
import org.cofitune.http.ServerAddress;
import org.cofitune.runs.RunReader;
import org.cofitune.runs.RunsFolder;

/**
 * The dashboard.
 *
 * <pre>{@code
 * try (UiServer server = UiServer.start(port, UiLimits.DEFAULT, RunsFolder.open(runs))) {
 *   System.out.println(server.url());
 *   ...
 * }
 * }</pre>
 */
public final class UiServer implements AutoCloseable {
  private final RunFollowers followers;
  private final HttpServer server;

  private UiServer(RunFollowers followers, HttpServer server) {
    this.followers = followers;
    this.server = server;
  }

  /**
   * Begins to listen, to this machine alone.
   *
   * @param port 0 takes a free one
   * @throws CofituneException of kind RECIPE if the port cannot be listened on
   */
  public static UiServer start(int port, UiLimits limits, RunsFolder folder) {
    ServerAddress address = new ServerAddress(ServerAddress.DEFAULT_HOST, port, null);
    RunReader reader = new RunReader();
    RunFollowers followers = new RunFollowers(reader, limits);
    try {
      UiRoutes routes = new UiRoutes(folder, reader, followers, limits);
      return new UiServer(followers, HttpServer.start(address, limits.http(), Set.of(), routes));
    } catch (RuntimeException e) {
      followers.close();
      throw e;
    }
  }

  /** The port, chosen by the system where 0 was asked for. */
  public int port() {
    return server.port();
  }

  /** The page. */
  public String url() {
    return server.url() + "/";
  }

  /** Ends every stream, and listens no more. */
  @Override
  public void close() {
    followers.close();
    server.close();
  }
}
