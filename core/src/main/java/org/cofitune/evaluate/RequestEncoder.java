package org.cofitune.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.cofitune.error.CofituneException;
import org.cofitune.error.ErrorKind;
import org.cofitune.evaluate.task.Request;
import org.cofitune.evaluate.task.TaskItem;
import org.cofitune.generate.ScoringRequest;
import org.cofitune.generate.ScoringRequest.ScoredSequence;
import org.cofitune.text.Tokenizer;

/**
 * Turns the requests of items into token ids as lm-evaluation-harness does: context and
 * continuation are tokenized together, and what comes behind the context's own tokens is scored.
 */
final class RequestEncoder {
  private final Tokenizer tokenizer;
  private final boolean addsSpecialTokens;
  private final int contextLength;

  /**
   * An encoder.
   *
   * @param addsSpecialTokens whether the tokenizer's beginning tokens stand before a context
   * @param contextLength tokens that the model sees at once
   */
  RequestEncoder(Tokenizer tokenizer, boolean addsSpecialTokens, int contextLength) {
    this.tokenizer = tokenizer;
    this.addsSpecialTokens = addsSpecialTokens;
    this.contextLength = contextLength;
  }

  /**
   * The continuations of an item, each behind its context.
   *
   * @throws CofituneException of kind DATA naming the row, where one does not fit into the model
   */
  ScoringRequest continuations(TaskItem item) {
    List<ScoredSequence> sequences = new ArrayList<>();
    for (Request request : item.requests()) {
      sequences.add(pair(item, request.context(), request.continuation()));
    }
    return new ScoringRequest(sequences);
  }

  /** The windows of a whole text. */
  List<ScoringRequest> wholeText(TaskItem item) {
    int[] ids = tokenizer.encode(item.requests().get(0).continuation(), false);
    if (ids.length == 0) {
      throw refused(item, "text has no tokens", "at least one", "none");
    }
    return RollingWindows.of(ids, prefixToken(item), contextLength);
  }

  /**
   * The prompt that a model continues.
   *
   * @throws CofituneException of kind DATA naming the row, where it leaves no room for an answer
   */
  int[] prompt(TaskItem item) {
    String context = item.requests().get(0).context();
    int[] ids =
        context.isEmpty()
            ? new int[] {prefixToken(item)}
            : tokenizer.encode(context, addsSpecialTokens);
    if (ids.length >= contextLength) {
      throw tooLong(item, "fewer than " + contextLength + " tokens", ids.length);
    }
    return ids;
  }

  private ScoredSequence pair(TaskItem item, String context, String continuation) {
    if (context.isEmpty()) {
      int[] ids = tokenizer.encode(continuation, false);
      int[] whole = new int[ids.length + 1];
      whole[0] = prefixToken(item);
      System.arraycopy(ids, 0, whole, 1, ids.length);
      return checked(item, whole, 1);
    }
    // Blanks at the end of a context belong to the word behind them.
    int end = context.stripTrailing().length();
    int[] before = tokenizer.encode(context.substring(0, end), addsSpecialTokens);
    int[] whole = tokenizer.encode(context + continuation, addsSpecialTokens);
    return checked(item, whole, Math.max(1, before.length));
  }

  private ScoredSequence checked(TaskItem item, int[] ids, int from) {
    if (ids.length <= from) {
      throw refused(
          item,
          "continuation has no tokens of its own",
          "a continuation that the tokenizer does not join to the context",
          Arrays.toString(ids));
    }
    if (ids.length - 1 > contextLength) {
      throw tooLong(item, "at most " + contextLength + " tokens", ids.length - 1);
    }
    return new ScoredSequence(ids, from);
  }

  private int prefixToken(TaskItem item) {
    OptionalInt bos = tokenizer.bosTokenId();
    OptionalInt token = bos.isPresent() ? bos : tokenizer.eosTokenId();
    if (token.isEmpty()) {
      throw refused(
          item,
          "nothing stands before the text",
          "a tokenizer with bos_token or eos_token",
          "none");
    }
    return token.getAsInt();
  }

  private static CofituneException tooLong(TaskItem item, String expected, int found) {
    return refused(item, "longer than the model's context", expected, found + " tokens");
  }

  private static CofituneException refused(
      TaskItem item, String what, String expected, String found) {
    return CofituneException.of(ErrorKind.DATA, what)
        .at(item.place())
        .expected(expected)
        .found(found)
        .next("shorten the row, ask with fewer solved examples, or set on_bad_item: skip")
        .build();
  }
}
