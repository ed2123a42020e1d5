package org.cofitune.server;

import java.util.ArrayList;
import java.util.List;
import org.cofitune.generate.FinishReason;
import org.cofitune.generate.GeneratedToken;
import org.cofitune.generate.Generation;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.generate.PromptScores;
import org.cofitune.text.StreamingDecoder;
import org.cofitune.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * One prompt of a request and what becomes of it. Grows on the model's thread; others may read it
 * once it is finished.
 */
final class Choice implements PromptWork {
  /** Ids of the prompt that decide how the first ids of the text read (a leading space). */
  private static final int CONTEXT_IDS = 8;

  private final int index;
  private final int[] prompt;
  private final String echoed;
  private final Ask ask;
  private final Tokenizer tokenizer;
  private final Answer answer;
  private final StringBuilder text = new StringBuilder();
  private final List<GeneratedToken> tokens = new ArrayList<>();
  private final StreamingDecoder decoder;
  private int characters;
  private int told;
  private @Nullable PromptScores scores;
  private @Nullable GeneratedToken stopToken;
  private @Nullable FinishReason finishReason;
  private boolean done;

  /**
   * A prompt at its beginning.
   *
   * @param echoed text of the prompt where it is a part of the answer, else empty
   */
  Choice(int index, int[] prompt, String echoed, Ask ask, Tokenizer tokenizer, Answer answer) {
    this.index = index;
    this.prompt = prompt;
    this.echoed = echoed;
    this.ask = ask;
    this.tokenizer = tokenizer;
    this.answer = answer;
    this.decoder = tokenizer.streamingDecoder(true);
    if (ask.tellsLogprobs() && !ask.echo()) {
      feed(decoder);
    }
  }

  private void feed(StreamingDecoder fresh) {
    for (int i = Math.max(0, prompt.length - CONTEXT_IDS); i < prompt.length; i++) {
      fresh.accept(prompt[i]);
    }
  }

  @Override
  public int row() {
    return index;
  }

  @Override
  public int[] prompt() {
    return prompt;
  }

  String echoed() {
    return echoed;
  }

  Ask ask() {
    return ask;
  }

  @Override
  public @Nullable GenerationConfig continuation() {
    return ask.scoresGiveAll() ? null : ask.config();
  }

  @Override
  public int scoredAlternatives() {
    return ask.scoresPrompt() ? ask.topLogprobs() : GenerationConfig.NO_LOGPROBS;
  }

  /** Ends a choice that needs no model: the prompt alone, without numbers. */
  void finishAtOnce() {
    finish(FinishReason.LENGTH);
  }

  @Override
  public void onScores(PromptScores found) {
    scores = found;
    answer.onScores(this);
    if (ask.scoresGiveAll()) {
      followWith(found.next());
    }
  }

  private void followWith(GeneratedToken next) {
    GenerationConfig config = ask.config();
    if (config == null) {
      finish(FinishReason.LENGTH);
    } else if (config.eosTokenIds().contains(next.id())) {
      onStopToken(index, next);
      finish(FinishReason.STOP_TOKEN);
    } else {
      onToken(index, next);
      StreamingDecoder behindPrompt = tokenizer.streamingDecoder(true);
      feed(behindPrompt);
      String piece = behindPrompt.accept(next.id()) + behindPrompt.finish();
      if (!piece.isEmpty()) {
        onText(index, piece);
      }
      finish(FinishReason.LENGTH);
    }
  }

  @Override
  public void onToken(int row, GeneratedToken token) {
    tokens.add(token);
  }

  @Override
  public void onStopToken(int row, GeneratedToken token) {
    stopToken = token;
  }

  @Override
  public void onText(int row, String piece) {
    text.append(piece);
    answer.onText(this, piece);
  }

  @Override
  public void onFinished(int row, Generation generation) {
    finish(generation.finishReason());
  }

  private void finish(FinishReason reason) {
    finishReason = reason;
    done = true;
    answer.onFinished(this);
  }

  @Override
  public void onFailure(Throwable failure) {
    if (!done) {
      done = true;
      answer.onFailure(failure);
    }
  }

  @Override
  public boolean isDone() {
    return done;
  }

  @Override
  public boolean isCancelled() {
    return answer.isCancelled();
  }

  /** What follows the prompt. */
  String text() {
    return text.toString();
  }

  @Nullable PromptScores scores() {
    return scores;
  }

  /** The tokens that came since this was asked last. */
  List<GeneratedToken> newTokens() {
    List<GeneratedToken> fresh = List.copyOf(tokens.subList(told, tokens.size()));
    told = tokens.size();
    return fresh;
  }

  @Nullable GeneratedToken stopToken() {
    return stopToken;
  }

  /** All tokens that the model wrote, the one that ended the text included. */
  int generatedTokens() {
    return tokens.size() + (stopToken == null ? 0 : 1);
  }

  /** {@code stop} or {@code length}; null while it is not finished. */
  @Nullable String finishReason() {
    if (finishReason == null) {
      return null;
    }
    return switch (finishReason) {
      case STOP_TOKEN, STOP_STRING, CANCELLED -> "stop";
      case LENGTH, CONTEXT_FULL -> "length";
    };
  }

  /**
   * Where in the answer's text a token begins, in characters; tokens are asked in their order,
   * those of an echoed prompt first.
   */
  int offset(int id) {
    int at = characters;
    String piece = decoder.accept(id);
    characters += piece.codePointCount(0, piece.length());
    return at;
  }
}
