package org.cofitune.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * Server-sent events to one client. Events are taken at once and sent by another thread; a client
 * that falls too far behind is dropped.
 */
public final class EventStream {
  private static final byte[] BEFORE = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] AFTER = "\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};

  private final Response response;
  private final Callback callback;
  private final Executor executor;
  private final EndPoint endPoint;
  private final int most;
  private final Writer writer = new Writer();
  private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
  private boolean ended;
  private boolean writing;
  private volatile boolean broken;

  EventStream(
      Response response, Callback callback, Executor executor, EndPoint endPoint, int most) {
    this.response = response;
    this.callback = callback;
    this.executor = executor;
    this.endPoint = endPoint;
    this.most = most;
  }

  /** Whether nothing reaches the client any more. */
  public boolean isBroken() {
    return broken;
  }

  /** Whether the client has everything that was sent, so that whoever makes events may go on. */
  public synchronized boolean isIdle() {
    return waiting.size() == 0 && !writing;
  }

  /** Sends an event. */
  public void send(JsonNode json) {
    add(event("", JsonBody.write(json)), false);
  }

  /**
   * Sends an event with a name.
   *
   * @param id what the client gives back as {@code Last-Event-ID} to go on behind the event
   */
  public void send(String name, String id, JsonNode json) {
    add(event("event: " + name + "\nid: " + id + "\n", JsonBody.write(json)), false);
  }

  /** Sends an event with a name, behind which a client cannot go on. */
  public void send(String name, JsonNode json) {
    add(event("event: " + name + "\n", JsonBody.write(json)), false);
  }

  /** Sends what clients pass over, so that a client that is gone is noticed. */
  public void beat() {
    add(BEAT, false);
  }

  /** Sends the last event. */
  public void end() {
    add(event("", DONE), true);
  }

  /** Ends without the event that says that all is there. */
  public void endBroken(JsonNode error) {
    add(event("", JsonBody.write(error)), true);
  }

  /** Ends without a word; the client connects again. */
  public void close() {
    add(NOTHING, true);
  }

  private static byte[] event(String fields, byte[] data) {
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    event.writeBytes(fields.getBytes(StandardCharsets.UTF_8));
    event.writeBytes(BEFORE);
    event.writeBytes(data);
    event.writeBytes(AFTER);
    return event.toByteArray();
  }

  private void add(byte[] event, boolean last) {
    synchronized (this) {
      if (broken || ended) {
        return;
      }
      boolean behind = waiting.size() > 0;
      waiting.writeBytes(event);
      ended = last;
      broken = behind && waiting.size() > most;
    }
    if (broken) {
      endPoint.close(new EofException("the client reads too slowly"));
    }
    executor.execute(writer::iterate);
  }

  private synchronized ByteBuffer take() {
    ByteBuffer taken = ByteBuffer.wrap(waiting.toByteArray());
    waiting = new ByteArrayOutputStream();
    writing = taken.hasRemaining();
    return taken;
  }

  private synchronized boolean isWhole() {
    return ended && waiting.size() == 0;
  }

  /** Writes what is waiting, all at once, one write at a time. */
  private final class Writer extends IteratingCallback {
    private boolean lastSent;

    @Override
    protected Action process() {
      if (lastSent) {
        return Action.SUCCEEDED;
      }
      ByteBuffer next = take();
      lastSent = isWhole();
      if (!next.hasRemaining() && !lastSent) {
        return Action.IDLE;
      }
      response.write(
          lastSent, lastSent && !next.hasRemaining() ? BufferUtil.EMPTY_BUFFER : next, this);
      return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
      callback.succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
      broken = true;
      callback.failed(cause);
    }
  }
}
