package org.cofitune.engine.ranks;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a process that has ended, failed, or does not answer any longer, while the others wait
 * for it inside a collective operation. Every process has a connection to the first one; both sides
 * send a beat each second, from threads of their own, so however long a step computes, its process
 * is known to live. What the first process learns, it tells all others.
 */
final class RankWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RankWatch.class);

  private static final int BEAT = 0;
  private static final int GOODBYE = 1;
  private static final int FAILED = 2;
  private static final int LOST = 3;

  private static final Duration BEAT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration FAREWELL = Duration.ofSeconds(2);
  private static final int HANDSHAKE_MILLIS = 5_000;
  private static final int LONGEST_MESSAGE = 2_000;

  private final Duration silence;
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Loss> loss = new CompletableFuture<>();
  private @Nullable ServerSocket server;
  private volatile boolean closing;

  private RankWatch(Duration silence) {
    this.silence = silence;
  }

  /**
   * The first process's side: listens on a free port.
   *
   * @param silence after which a process is lost
   */
  static RankWatch first(@Nullable InetAddress address, int size, String token, Duration silence)
      throws IOException {
    RankWatch watch = new RankWatch(silence);
    ServerSocket server = new ServerSocket(0, size, address);
    watch.server = server;
    watch.start("rank-watch-accept", () -> watch.accept(server, size, token));
    watch.start("rank-watch-beat", watch::beat);
    return watch;
  }

  /** Any other process's side: connects to the first. */
  static RankWatch other(int rank, String host, int port, String token, Duration silence)
      throws IOException {
    RankWatch watch = new RankWatch(silence);
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(host, port), HANDSHAKE_MILLIS);
    Link link = new Link(0, socket);
    link.out.writeUTF(token);
    link.out.writeInt(rank);
    link.out.flush();
    watch.follow(link);
    watch.start("rank-watch-beat", watch::beat);
    return watch;
  }

  /** The port that the first process listens on. */
  int port() {
    if (server == null) {
      throw new IllegalStateException("only the first process listens");
    }
    return server.getLocalPort();
  }

  /** The first loss, waited for at most so long. */
  Optional<Loss> awaitLoss(Duration patience) throws InterruptedException {
    try {
      return Optional.of(loss.get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("never completed exceptionally", e);
    }
  }

  /** The first loss, if there was one. */
  Optional<Loss> known() {
    return Optional.ofNullable(loss.getNow(null));
  }

  /** Has the first loss told, on a thread of the watch. */
  void onLoss(Consumer<Loss> listener) {
    start("rank-watch-loss", () -> listener.accept(loss.join()));
  }

  /** Tells the others that this process fails, and why. */
  void fail(String message) {
    String bounded = message.substring(0, Math.min(LONGEST_MESSAGE, message.length()));
    links.forEach(link -> link.send(FAILED, out -> out.writeUTF(bounded)));
  }

  private void accept(ServerSocket listening, int size, String token) {
    while (links.size() < size - 1 && !listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        try {
          follow(greeted(socket, size, token));
        } catch (IOException e) {
          socket.close(); // a stranger
        }
      } catch (IOException e) {
        if (!listening.isClosed()) {
          lose(new Loss(0, "cannot accept connections: " + e.getMessage()));
        }
        return;
      }
    }
  }

  private static Link greeted(Socket socket, int size, String token) throws IOException {
    socket.setSoTimeout(HANDSHAKE_MILLIS);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] expected = token.getBytes(StandardCharsets.UTF_8);
    if (in.readUnsignedShort() != expected.length
        || !MessageDigest.isEqual(in.readNBytes(expected.length), expected)) {
      throw new IOException("another token");
    }
    int rank = in.readInt();
    if (rank < 1 || rank >= size) {
      throw new IOException("no such rank");
    }
    return new Link(rank, socket);
  }

  private void follow(Link link) throws IOException {
    link.socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
    links.add(link);
    start("rank-watch-" + link.rank, () -> read(link));
  }

  private void read(Link link) {
    try {
      for (int kind = link.in.read(); kind != GOODBYE; kind = link.in.read()) {
        switch (kind) {
          case BEAT -> {}
          case FAILED -> lose(Loss.failed(link.rank, link.in.readUTF()));
          case LOST -> lose(new Loss(link.in.readInt(), link.in.readUTF()));
          default -> throw new IOException("the connection is closed");
        }
      }
      link.departed = true;
    } catch (SocketTimeoutException e) {
      lose(new Loss(link.rank, "has not answered for " + silence.toSeconds() + " s"));
    } catch (IOException e) {
      if (!closing) {
        lose(new Loss(link.rank, "ended"));
      }
    } finally {
      link.finished.countDown();
    }
  }

  private void lose(Loss found) {
    if (loss.complete(found)) {
      links.stream()
          .filter(link -> link.rank != 0)
          .forEach(
              link ->
                  link.send(
                      LOST,
                      out -> {
                        out.writeInt(found.rank());
                        out.writeUTF(found.how());
                      }));
    }
  }

  private void beat() {
    try {
      while (!closing) {
        links.forEach(link -> link.send(BEAT, out -> {}));
        Thread.sleep(BEAT_INTERVAL.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Takes leave of the others, so that nobody counts this process as lost, and waits a moment for
   * them to do so too.
   */
  void leave() {
    closing = true;
    links.forEach(link -> link.send(GOODBYE, out -> {}));
    long until = System.nanoTime() + FAREWELL.toNanos();
    try {
      for (Link link : links) {
        link.finished.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all connections; without {@link #leave} before, the others take this process for lost. */
  @Override
  public void close() {
    closing = true;
    links.forEach(link -> quietly(link.socket));
    if (server != null) {
      quietly(server);
    }
  }

  /** A connection that does not close in order is gone all the same. */
  private static void quietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      log.debug("a connection to another rank did not close: {}", e.getMessage());
    }
  }

  /** What is sent after the kind of a message. */
  private interface Payload {
    void writeTo(DataOutputStream out) throws IOException;
  }

  /** A connection to another process. */
  private static final class Link {
    final CountDownLatch finished = new CountDownLatch(1);
    final int rank;
    final Socket socket;
    final DataInputStream in;
    final DataOutputStream out;
    volatile boolean departed;

    Link(int rank, Socket socket) throws IOException {
      this.rank = rank;
      this.socket = socket;
      this.in = new DataInputStream(socket.getInputStream());
      this.out = new DataOutputStream(socket.getOutputStream());
      socket.setTcpNoDelay(true);
    }

    /** Whoever does not take it is found out by the reading side. */
    synchronized void send(int kind, Payload payload) {
      if (departed) {
        return;
      }
      try {
        out.write(kind);
        payload.writeTo(out);
        out.flush();
      } catch (IOException e) {
        departed = true;
      }
    }
  }
}
