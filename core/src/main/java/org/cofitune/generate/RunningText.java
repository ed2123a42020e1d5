package org.cofitune.generate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.cofitune.text.StreamingDecoder;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** A text while it is generated. */
final class RunningText {
  /** Ids of the prompt that decide how the first ids of the text read (a leading space). */
  private static final int CONTEXT_IDS = 8;

  private final int row;
  private final GenerationRequest request;
  private final int contextLength;
  private final GenerationListener listener;
  private final SplittableRandom random;
  private final StreamingDecoder decoder;
  private final StopStrings stopStrings;
  private final BitSet seen = new BitSet();
  private final List<GeneratedToken> tokens = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private int newest;
  private @Nullable Generation finished;

  RunningText(
      int row,
      GenerationRequest request,
      Tokenizer tokenizer,
      int contextLength,
      GenerationListener listener) {
    this.row = row;
    this.request = request;
    this.contextLength = contextLength;
    this.listener = listener;
    this.random = Sampler.randomFor(request.config().sampling().seed(), row);
    this.stopStrings = new StopStrings(request.config().stopStrings());
    this.decoder = tokenizer.streamingDecoder(true);
    int[] prompt = request.prompt();
    for (int i = Math.max(0, prompt.length - CONTEXT_IDS); i < prompt.length; i++) {
      decoder.accept(prompt[i]);
    }
    for (int id : prompt) {
      seen.set(id);
    }
  }

  int row() {
    return row;
  }

  int[] prompt() {
    return request.prompt();
  }

  /** The token that was chosen last. */
  int newest() {
    return newest;
  }

  /** The most tokens that prompt and text can have together. */
  int longestLength() {
    return (int) Math.min(contextLength, (long) prompt().length + request.config().maxNewTokens());
  }

  /** Chooses the next token from its logits; the text may be finished then. */
  void choose(float[] logits, int from, int vocabulary, Sampler sampler) {
    GenerationConfig config = request.config();
    if (listener.isCancelled(row)) {
      finish(FinishReason.CANCELLED);
      return;
    }
    int id = sampler.choose(logits, from, config.sampling(), seen, random);
    GeneratedToken token =
        config.tellsLogprobs()
            ? LogProbabilities.of(logits, from, vocabulary, id, config.topLogprobs())
            : new GeneratedToken(id, Double.NaN, List.of());
    if (config.eosTokenIds().contains(id)) {
      listener.onStopToken(row, token);
      finish(FinishReason.STOP_TOKEN);
      return;
    }
    tokens.add(token);
    seen.set(id);
    newest = id;
    listener.onToken(row, token);
    emit(stopStrings.accept(decoder.accept(id)));
    if (stopStrings.found()) {
      finish(FinishReason.STOP_STRING);
    } else if (tokens.size() == config.maxNewTokens()) {
      finish(FinishReason.LENGTH);
    } else if (prompt().length + tokens.size() == contextLength) {
      finish(FinishReason.CONTEXT_FULL);
    }
  }

  private void finish(FinishReason reason) {
    emit(stopStrings.accept(decoder.finish()));
    FinishReason told = stopStrings.found() ? FinishReason.STOP_STRING : reason;
    emit(stopStrings.finish());
    Generation generation = new Generation(prompt().length, tokens, text.toString(), told);
    finished = generation;
    listener.onFinished(row, generation);
  }

  private void emit(String piece) {
    if (!piece.isEmpty()) {
      text.append(piece);
      listener.onText(row, piece);
    }
  }

  /** The whole text, null while it is not finished. */
  @Nullable Generation finished() {
    return finished;
  }
}
