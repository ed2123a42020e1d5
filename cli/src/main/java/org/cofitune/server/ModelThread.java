package org.cofitune.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.GenerationRequest;
import org.cofitune.generate.GenerationSource;
import org.cofitune.generate.Generator;
import org.cofitune.generate.PromptScorer;
import org.cofitune.generate.PromptScores;
import org.cofitune.http.ApiException;
import org.cofitune.model.Decoder;
import org.cofitune.text.Tokenizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that computes. Prompts wait in a bounded queue; those to be continued join the
 * running ones before their next token, those to be scored are scored together between two tokens.
 */
public final class ModelThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelThread.class);

  private final Generator generator;
  private final PromptScorer scorer;
  private final int capacity;
  private final Thread thread = new Thread(this::work, "model");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrival = lock.newCondition();
  private final Deque<PromptWork> toScore = new ArrayDeque<>();
  private final Deque<PromptWork> toContinue = new ArrayDeque<>();
  private boolean closed;

  /** Begun, and not known to be finished; the thread's own. */
  private final List<PromptWork> running = new ArrayList<>();

  private volatile int runningNow;

  /**
   * Starts the thread.
   *
   * @param capacity prompts that may wait
   */
  public ModelThread(Decoder decoder, Tokenizer tokenizer, int capacity) {
    this.generator = new Generator(decoder, tokenizer);
    this.scorer = new PromptScorer(decoder);
    this.capacity = capacity;
    thread.start();
  }

  /**
   * Lets prompts wait for the model, all of them or none.
   *
   * @throws ApiException 429 if there is no room, 503 if the server is stopping
   */
  void submit(List<? extends PromptWork> prompts) {
    lock.lock();
    try {
      if (closed) {
        throw ApiException.stopping();
      }
      int waiting = waiting();
      if (waiting + prompts.size() > capacity) {
        throw ApiException.busy(
            waiting + " prompts are waiting, at most " + capacity + " may; try again later.");
      }
      for (PromptWork prompt : prompts) {
        (prompt.scoredAlternatives() >= 0 ? toScore : toContinue).add(prompt);
      }
      arrival.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Prompts that wait. */
  int waiting() {
    lock.lock();
    try {
      return toScore.size() + toContinue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Prompts that are being continued. */
  int running() {
    return runningNow;
  }

  private void work() {
    while (!isClosed()) {
      try {
        generator.generate((GenerationSource) this::poll);
      } catch (RuntimeException | Error failure) {
        if (!isClosed()) {
          LOG.error(
              "the model failed, {} prompts are lost: {}",
              running.size(),
              failure.toString(),
              failure);
        }
        fail(running, failure);
      }
    }
    lock.lock();
    try {
      fail(toScore, ApiException.stopping());
      fail(toContinue, ApiException.stopping());
    } finally {
      lock.unlock();
    }
  }

  private static void fail(Collection<PromptWork> prompts, Throwable failure) {
    List.copyOf(prompts).forEach(prompt -> prompt.onFailure(failure));
    prompts.clear();
  }

  private List<GenerationSource.Arrival> poll(int room, boolean idle) {
    running.removeIf(PromptWork::isDone);
    runningNow = running.size();
    List<PromptWork> scored = nextToScore(idle);
    if (!scored.isEmpty()) {
      score(scored);
    }
    List<GenerationSource.Arrival> arrivals = new ArrayList<>();
    lock.lock();
    try {
      while (arrivals.size() < room && !toContinue.isEmpty()) {
        PromptWork next = toContinue.remove();
        GenerationConfig config = next.continuation();
        if (config != null && !next.isCancelled()) {
          running.add(next);
          arrivals.add(
              new GenerationSource.Arrival(
                  next.row(), new GenerationRequest(next.prompt(), config), next));
        }
      }
    } finally {
      lock.unlock();
    }
    runningNow = running.size();
    return arrivals;
  }

  /** Prompts to score in one pass; waits for any prompt where nothing else is to be done. */
  private List<PromptWork> nextToScore(boolean idle) {
    List<PromptWork> prompts = new ArrayList<>();
    lock.lock();
    try {
      while (idle && !closed && toScore.isEmpty() && toContinue.isEmpty()) {
        arrival.awaitUninterruptibly();
      }
      if (closed) {
        throw ApiException.stopping();
      }
      int tokens = 0;
      while (!toScore.isEmpty()) {
        tokens += toScore.element().prompt().length;
        if (!prompts.isEmpty() && tokens > PromptScorer.BATCH_TOKENS) {
          break;
        }
        PromptWork next = toScore.remove();
        if (!next.isCancelled()) {
          prompts.add(next);
        }
      }
    } finally {
      lock.unlock();
    }
    return prompts;
  }

  private void score(List<PromptWork> prompts) {
    int most = prompts.stream().mapToInt(PromptWork::scoredAlternatives).max().orElse(0);
    List<PromptScores> scores;
    try {
      scores = scorer.score(prompts.stream().map(PromptWork::prompt).toList(), most);
    } catch (RuntimeException | Error failure) {
      LOG.error(
          "the model failed, {} prompts are lost: {}", prompts.size(), failure.toString(), failure);
      fail(new ArrayList<>(prompts), failure);
      return;
    }
    for (int i = 0; i < prompts.size(); i++) {
      prompts.get(i).onScores(scores.get(i));
    }
    lock.lock();
    try {
      prompts.stream().filter(prompt -> prompt.continuation() != null).forEach(toContinue::add);
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends what is waiting and running, and waits for the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrival.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
