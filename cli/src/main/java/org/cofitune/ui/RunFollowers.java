package org.cofitune.ui;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.cofitune.http.ApiException;
import org.cofitune.http.EventStream;
import org.cofitune.runs.EventTail;
import org.cofitune.runs.RunFolder;
import org.cofitune.runs.RunReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages that follow runs. One thread looks at all runs in turn; a page that does not take what
 * it was sent is sent no more until it does, so it holds nobody up.
 */
final class RunFollowers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunFollowers.class);

  private final RunReader reader;
  private final UiLimits limits;
  private final Set<RunFollower> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "followed runs");
            thread.setDaemon(true);
            return thread;
          });
  private final ScheduledFuture<?> turns;
  private boolean closed;

  RunFollowers(RunReader reader, UiLimits limits) {
    this.reader = reader;
    this.limits = limits;
    long every = limits.look().toMillis();
    turns = looking.scheduleWithFixedDelay(this::look, 0, every, TimeUnit.MILLISECONDS);
  }

  /**
   * Begins to follow.
   *
   * @param stream begins the answer; null where somebody else has
   * @throws ApiException 429 if too many do, 503 if the server stops
   */
  synchronized void add(RunFolder run, EventTail tail, Supplier<@Nullable EventStream> stream) {
    if (closed) {
      throw ApiException.stopping();
    }
    if (open.size() >= limits.streams()) {
      throw ApiException.busy("Too many pages follow runs; close some.");
    }
    EventStream begun = stream.get();
    if (begun != null) {
      open.add(new RunFollower(run, tail, begun, reader, limits.beat()));
    }
  }

  private void look() {
    open.removeIf(follower -> !isThere(follower));
  }

  private static boolean isThere(RunFollower follower) {
    try {
      return follower.look();
    } catch (RuntimeException e) {
      LOG.error("a run cannot be followed any more: {}", e.toString(), e);
      follower.close();
      return false;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    turns.cancel(true);
    looking.shutdownNow();
    open.forEach(RunFollower::close);
    open.clear();
  }
}
