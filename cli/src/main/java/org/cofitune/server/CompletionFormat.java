package org.cofitune.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.cofitune.generate.GeneratedToken;
import org.cofitune.generate.PromptScores;
import org.cofitune.generate.TokenLogprob;
import org.jspecify.annotations.Nullable;

/** Answers of {@code /v1/completions}. */
final class CompletionFormat implements AnswerFormat {
  private static final String OBJECT = "text_completion";

  private final AnswerHead head;
  private final TokenTexts texts;
  private final boolean includeUsage;

  CompletionFormat(ServedModel model, Ask ask) {
    this.head = AnswerHead.of("cmpl-", model);
    this.texts = model.tokenTexts();
    this.includeUsage = ask.includeUsage();
  }

  @Override
  public ObjectNode whole(List<Choice> choices) {
    ObjectNode json = head.json(OBJECT);
    ArrayNode array = json.putArray("choices");
    for (Choice choice : choices) {
      Logprobs logprobs = new Logprobs(choice);
      logprobs.addPrompt();
      logprobs.addNew();
      logprobs.addStopToken();
      array.add(choice(choice, choice.echoed() + choice.text(), logprobs));
    }
    json.set("usage", AnswerFormat.usage(choices));
    return json;
  }

  @Override
  public Optional<ObjectNode> beginning(Choice choice) {
    if (!choice.ask().echo()) {
      return Optional.empty();
    }
    Logprobs logprobs = new Logprobs(choice);
    logprobs.addPrompt();
    return Optional.of(chunk(choice(choice, choice.echoed(), logprobs).putNull("finish_reason")));
  }

  @Override
  public ObjectNode piece(Choice choice, String text) {
    Logprobs logprobs = new Logprobs(choice);
    logprobs.addNew();
    return chunk(choice(choice, text, logprobs).putNull("finish_reason"));
  }

  @Override
  public ObjectNode end(Choice choice) {
    Logprobs logprobs = new Logprobs(choice);
    logprobs.addNew();
    logprobs.addStopToken();
    return chunk(choice(choice, "", logprobs));
  }

  @Override
  public ObjectNode cost(List<Choice> choices) {
    ObjectNode json = head.json(OBJECT);
    json.putArray("choices");
    json.set("usage", AnswerFormat.usage(choices));
    return json;
  }

  private ObjectNode chunk(ObjectNode choice) {
    ObjectNode json = head.json(OBJECT);
    json.putArray("choices").add(choice);
    return includeUsage ? json.putNull("usage") : json;
  }

  private static ObjectNode choice(Choice choice, String text, Logprobs logprobs) {
    ObjectNode json =
        JsonNodeFactory.instance.objectNode().put("text", text).put("index", choice.row());
    json.set("logprobs", choice.ask().tellsLogprobs() ? logprobs.json : null);
    return json.put("finish_reason", choice.finishReason());
  }

  /** Four lists that run side by side, an element for each token. */
  private final class Logprobs {
    private final Choice choice;
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private final ArrayNode tokens = json.putArray("tokens");
    private final ArrayNode tokenLogprobs = json.putArray("token_logprobs");
    private final ArrayNode topLogprobs = json.putArray("top_logprobs");
    private final ArrayNode textOffset = json.putArray("text_offset");

    Logprobs(Choice choice) {
      this.choice = choice;
    }

    /** The prompt's tokens where they were scored; nothing predicts the first. */
    void addPrompt() {
      PromptScores scores = choice.scores();
      if (scores != null) {
        add(choice.prompt()[0], null);
        scores.tokens().forEach(token -> add(token.id(), token));
      }
    }

    void addNew() {
      List<GeneratedToken> fresh = choice.newTokens();
      if (choice.ask().tellsLogprobs()) {
        fresh.forEach(token -> add(token.id(), token));
      }
    }

    void addStopToken() {
      GeneratedToken token = choice.stopToken();
      if (token != null && choice.ask().tellsLogprobs()) {
        add(token.id(), token);
      }
    }

    private void add(int id, @Nullable GeneratedToken token) {
      tokens.add(texts.of(id).text());
      textOffset.add(choice.offset(id));
      if (token == null) {
        tokenLogprobs.addNull();
        topLogprobs.addNull();
        return;
      }
      tokenLogprobs.add(AnswerFormat.finite(token.logprob()));
      ObjectNode top = topLogprobs.addObject();
      int most = Math.min(choice.ask().topLogprobs(), token.top().size());
      for (TokenLogprob other : token.top().subList(0, most)) {
        putLikelier(top, other.id(), other.logprob());
      }
      putLikelier(top, id, token.logprob());
    }

    /** Different tokens can read the same; the likeliest one stands for all. */
    private void putLikelier(ObjectNode top, int id, double logprob) {
      String text = texts.of(id).text();
      if (!top.has(text) || Objects.requireNonNull(top.get(text)).doubleValue() < logprob) {
        top.put(text, AnswerFormat.finite(logprob));
      }
    }
  }
}
