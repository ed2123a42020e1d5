package org.cofitune.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Components;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its response, which is begun at most once. */
public final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final int PROBE_BYTES = 512;
  private static final int RETRY_SECONDS = 5;

  private final Response response;
  private final Callback callback;

  /** Taken at the beginning: a request that is answered tells nothing of its surroundings. */
  private final Components components;

  private final Connection connection;
  private boolean begun;
  private volatile boolean departed;

  /** An exchange at its beginning. */
  public Exchange(Request request, Response response, Callback callback) {
    this.response = response;
    this.callback = callback;
    this.components = request.getComponents();
    this.connection = request.getConnectionMetaData().getConnection();
  }

  /** Lets another thread go on, so that the one that calls is not kept. */
  public void dispatch(Runnable task) {
    try {
      components.getExecutor().execute(task);
    } catch (RejectedExecutionException e) {
      departed = true; // the server stopped, and its clients are gone
    }
  }

  /** Whether the client is gone. */
  public boolean isDeparted() {
    return departed;
  }

  /** Takes the right to respond; false where another has it. */
  public synchronized boolean begin() {
    boolean first = !begun;
    begun = true;
    return first;
  }

  /** Answers with JSON. */
  public void send(JsonNode json) {
    send("application/json", JsonBody.write(json));
  }

  /** Answers with a file's content. */
  public void send(String contentType, byte[] body) {
    if (begin()) {
      respond(HttpStatus.OK_200, contentType, body);
    }
  }

  private void respond(int status, String contentType, byte[] body) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  /** Answers with an error; what the client has no part in is told to the log alone. */
  public void refuse(Throwable failure) {
    ApiException refusal = refusal(failure);
    if (!begin()) {
      return;
    }
    switch (refusal.status()) {
      case HttpStatus.TOO_MANY_REQUESTS_429 ->
          response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_SECONDS);
      case HttpStatus.UNAUTHORIZED_401 ->
          response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
      default -> {}
    }
    respond(refusal.status(), "application/json", JsonBody.write(refusal.json()));
  }

  /** What a client is told of a failure; the log has what it has no part in. */
  public static ApiException refusal(Throwable failure) {
    if (failure instanceof ApiException known) {
      return known;
    }
    if (failure instanceof CofituneException known
        && (known.kind() == ErrorKind.DATA || known.kind() == ErrorKind.RECIPE)) {
      return ApiException.invalid(null, String.valueOf(known.getMessage()));
    }
    LOG.error("a request failed: {}", failure.toString(), failure);
    return ApiException.internal();
  }

  /**
   * Begins a stream of events.
   *
   * @param bytes how far the client may fall behind
   */
  public EventStream stream(int bytes) {
    response.setStatus(HttpStatus.OK_200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
    return new EventStream(response, callback, this::dispatch, endPoint(), bytes);
  }

  /** Looks from now on whether the client is still there, until the response begins. */
  public void watch(Duration every) {
    components
        .getScheduler()
        .schedule(
            () -> {
              if (isStillWaiting()) {
                watch(every);
              }
            },
            every.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * HTTP/1.1 tells of a client's departure only to those who read. What is read here instead
   * belongs to the client's next request and is handed on.
   */
  private boolean isStillWaiting() {
    synchronized (this) {
      if (begun) {
        return false;
      }
      ByteBuffer probe = BufferUtil.allocate(PROBE_BYTES);
      int filled;
      try {
        filled = endPoint().fill(probe);
      } catch (java.io.IOException e) {
        filled = -1;
      }
      if (filled == 0) {
        return true;
      }
      if (filled > 0) {
        if (connection instanceof Connection.UpgradeTo next) {
          next.onUpgradeTo(probe);
        }
        return false;
      }
      begun = true;
    }
    departed = true;
    callback.failed(new EofException("the client left"));
    return false;
  }

  private EndPoint endPoint() {
    return connection.getEndPoint();
  }
}
