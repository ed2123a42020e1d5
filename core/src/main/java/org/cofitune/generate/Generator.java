package org.cofitune.generate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.cofitune.engine.NativeHeap;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.model.Decoder;
import org.cofitune.text.Tokenizer;

/**
 * Generates texts, many at a time: every token is computed once, the common beginning of all
 * prompts once for all, finished texts make room for waiting ones, and what a row becomes does not
 * depend on which rows it shares the batch with.
 *
 * <pre>{@code
 * Generator generator = new Generator(model.decoder(), tokenizer);
 * GenerationConfig config = GenerationConfig.read(checkpoint, tokenizer);
 * int[] prompt = tokenizer.encode("Once upon a time", true);
 * String text = generator.generate(List.of(prompt), config).get(0).text();
 * }</pre>
 *
 * Not thread-safe. Owns nothing native between calls.
 */
public final class Generator {
  private final Decoder decoder;
  private final Tokenizer tokenizer;
  private final BatchLimits limits;
  private final Sampler sampler;
  private final NativeHeap heap = new NativeHeap();
  private long forwardTokens;

  public Generator(Decoder decoder, Tokenizer tokenizer) {
    this(decoder, tokenizer, BatchLimits.DEFAULT);
  }

  public Generator(Decoder decoder, Tokenizer tokenizer, BatchLimits limits) {
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.limits = limits;
    this.sampler = new Sampler(decoder.config().vocabSize());
  }

  /** The most tokens that prompt and text can have together. */
  public int contextLength() {
    return decoder.config().maxPositionEmbeddings();
  }

  /** Tokens that went through the model so far, conversations aside. */
  public long forwardTokens() {
    return forwardTokens;
  }

  /** As {@link #generate(List, GenerationListener)}, with one configuration for all prompts. */
  public List<Generation> generate(List<int[]> prompts, GenerationConfig config) {
    return generate(prompts, config, GenerationListener.NONE);
  }

  /** As {@link #generate(List, GenerationListener)}, with one configuration for all prompts. */
  public List<Generation> generate(
      List<int[]> prompts, GenerationConfig config, GenerationListener listener) {
    return generate(
        prompts.stream().map(prompt -> new GenerationRequest(prompt, config)).toList(), listener);
  }

  /**
   * Generates one text for every request.
   *
   * @return in the order of the requests
   * @throws CofituneException of kind DATA naming the row whose prompt is empty, has unknown ids or
   *     leaves no room in the model's context
   */
  public List<Generation> generate(List<GenerationRequest> requests, GenerationListener listener) {
    List<RunningText> texts = new ArrayList<>();
    for (int row = 0; row < requests.size(); row++) {
      texts.add(begin(row, requests.get(row), listener));
    }
    List<RunningText> longestFirst = new ArrayList<>(texts);
    longestFirst.sort(Comparator.comparingInt(RunningText::longestLength).reversed());
    Deque<RunningText> waiting = new ArrayDeque<>(longestFirst);
    while (!waiting.isEmpty()) {
      runWave(waiting);
      heap.settle();
    }
    return texts.stream().map(text -> Objects.requireNonNull(text.finished())).toList();
  }

  /**
   * Generates texts that come while others are running: each joins before the next token, and what
   * becomes of it does not depend on the others. Returns when none is running and none comes.
   *
   * @throws CofituneException as {@link #generate(List, GenerationListener)}; all texts end then
   */
  public void generate(GenerationSource source) {
    new OpenWave(this, source).run();
  }

  /** A conversation with the model, whose turns are computed once. */
  public Conversation conversation() {
    return new Conversation(this);
  }

  private void check(int row, int[] prompt) {
    int vocabulary = decoder.config().vocabSize();
    boolean known = Arrays.stream(prompt).allMatch(id -> id >= 0 && id < vocabulary);
    if (prompt.length == 0 || prompt.length >= contextLength() || !known) {
      throw CofituneException.of(ErrorKind.DATA, "the prompt cannot be continued")
          .at("prompt " + (row + 1))
          .expected(
              known
                  ? "1 to " + (contextLength() - 1) + " tokens, the model's context"
                  : "ids below " + vocabulary)
          .found(known ? prompt.length + " tokens" : Arrays.stream(prompt).max().orElse(0))
          .next(known ? "shorten the prompt" : "use the tokenizer of this checkpoint")
          .build();
    }
  }

  /** Generates the longest of the waiting texts and those that are about as long. */
  private void runWave(Deque<RunningText> waiting) {
    int longest = waiting.element().longestLength();
    int most = fitting(longest);
    List<RunningText> running = new ArrayList<>(); // by number of the sequence
    int[] prefix = CommonPrefix.of(waiting.stream().map(RunningText::prompt).toList());
    try (DecodingBatch batch = new DecodingBatch(decoder, prefix)) {
      batch.reserve(Math.min(most, waiting.size()), waiting.element().prompt().length + 1);
      do {
        List<RunningText> fresh = next(waiting, running.size(), most);
        if (fresh.isEmpty()) {
          int[] newest = running.stream().mapToInt(RunningText::newest).toArray();
          choose(batch, running, 0, batch.step(newest));
        } else {
          int known = running.size();
          running.addAll(fresh);
          choose(
              batch, running, known, batch.begin(fresh.stream().map(RunningText::prompt).toList()));
        }
      } while (!running.isEmpty());
      count(batch);
    }
  }

  /**
   * The texts that are to begin now. A few at a time, since prompts are computed more efficiently
   * together; and none that a wave of its own would serve more than twice as many of at once.
   */
  private List<RunningText> next(Deque<RunningText> waiting, int running, int most) {
    List<RunningText> fresh = new ArrayList<>();
    int room = most - running;
    if (running > 0 && room < Math.min((most + 3) / 4, waiting.size())) {
      return fresh;
    }
    while (fresh.size() < room
        && !waiting.isEmpty()
        && fitting(waiting.element().longestLength()) <= 2 * most) {
      fresh.add(waiting.remove());
    }
    return fresh;
  }

  /** The most texts of a length that run at once. */
  int fitting(int length) {
    return limits.fitting(decoder.config(), decoder.parameters().precision(), length);
  }

  /** The most texts that run at once, however short. */
  int mostSequences() {
    return limits.sequences();
  }

  void count(DecodingBatch batch) {
    forwardTokens += batch.forwardTokens();
  }

  Decoder decoder() {
    return decoder;
  }

  /** A text at its beginning. */
  RunningText begin(int row, GenerationRequest request, GenerationListener listener) {
    check(row, request.prompt());
    return new RunningText(row, request, tokenizer, contextLength(), listener);
  }

  void choose(RunningText text, float[] logits, int row) {
    int vocabulary = decoder.config().vocabSize();
    text.choose(logits, row * vocabulary, vocabulary, sampler);
  }

  /** Chooses a token for every text from a number on, and removes the finished ones. */
  void choose(DecodingBatch batch, List<RunningText> running, int from, float[] logits) {
    for (int i = from; i < running.size(); i++) {
      choose(running.get(i), logits, i - from);
    }
    for (int i = running.size() - 1; i >= from; i--) {
      if (running.get(i).finished() != null) {
        batch.remove(i);
        RunningText last = running.remove(running.size() - 1);
        if (i < running.size()) {
          running.set(i, last);
        }
      }
    }
  }
}
