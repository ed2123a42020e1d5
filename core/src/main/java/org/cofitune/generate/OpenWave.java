package org.cofitune.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Texts that are generated together and join and leave at any time. They begin in the order in
 * which they came: one that finds no memory waits until the others are finished, and those behind
 * it wait too, so that none waits for ever.
 */
final class OpenWave {
  private static final int[] NO_PREFIX = new int[0];

  private final Generator generator;
  private final GenerationSource source;
  private final Deque<RunningText> waiting = new ArrayDeque<>();
  private final List<RunningText> running = new ArrayList<>(); // by number of the sequence

  /** What the cache has room for by now; it never shrinks. */
  private int rows;

  private int longest;

  OpenWave(Generator generator, GenerationSource source) {
    this.generator = generator;
    this.source = source;
  }

  /** Generates until the source has nothing more. */
  void run() {
    poll();
    while (!waiting.isEmpty()) {
      rows = 0;
      longest = 0;
      try (DecodingBatch batch = new DecodingBatch(generator.decoder(), NO_PREFIX)) {
        do {
          step(batch);
          if (!running.isEmpty()) {
            poll();
          }
        } while (!running.isEmpty());
        generator.count(batch);
      }
      poll();
    }
  }

  private void poll() {
    int room = Math.max(0, generator.mostSequences() - running.size() - waiting.size());
    boolean idle = running.isEmpty() && waiting.isEmpty();
    for (GenerationSource.Arrival arrival : source.poll(room, idle)) {
      waiting.add(generator.begin(arrival.row(), arrival.request(), arrival.listener()));
    }
  }

  private void step(DecodingBatch batch) {
    List<RunningText> fresh = joining();
    if (fresh.isEmpty()) {
      int[] newest = running.stream().mapToInt(RunningText::newest).toArray();
      generator.choose(batch, running, 0, batch.step(newest));
      return;
    }
    int known = running.size();
    running.addAll(fresh);
    batch.reserve(running.size(), fresh.stream().mapToInt(t -> t.prompt().length).max().orElse(0));
    float[] logits = batch.begin(fresh.stream().map(RunningText::prompt).toList());
    generator.choose(batch, running, known, logits);
  }

  private List<RunningText> joining() {
    List<RunningText> fresh = new ArrayList<>();
    while (!waiting.isEmpty()) {
      int length = Math.max(longest, waiting.element().longestLength());
      int count = Math.max(rows, running.size() + fresh.size() + 1);
      if (count > generator.fitting(length)) {
        break;
      }
      longest = length;
      rows = count;
      fresh.add(waiting.remove());
    }
    return fresh;
  }
}
