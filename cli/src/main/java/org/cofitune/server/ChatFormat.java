package org.cofitune.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.cofitune.generate.GeneratedToken;
import org.cofitune.generate.TokenLogprob;

/** Answers of {@code /v1/chat/completions}. */
final class ChatFormat implements AnswerFormat {
  private static final String WHOLE = "chat.completion";
  private static final String CHUNK = "chat.completion.chunk";
  private static final String ROLE = "assistant";

  private final AnswerHead head;
  private final TokenTexts texts;
  private final boolean includeUsage;

  ChatFormat(ServedModel model, Ask ask) {
    this.head = AnswerHead.of("chatcmpl-", model);
    this.texts = model.tokenTexts();
    this.includeUsage = ask.includeUsage();
  }

  @Override
  public ObjectNode whole(List<Choice> choices) {
    ObjectNode json = head.json(WHOLE);
    ArrayNode array = json.putArray("choices");
    for (Choice choice : choices) {
      ObjectNode one = array.addObject().put("index", choice.row());
      one.putObject("message").put("role", ROLE).put("content", choice.text()).putNull("refusal");
      putLogprobs(one, choice);
      one.put("finish_reason", choice.finishReason());
    }
    json.set("usage", AnswerFormat.usage(choices));
    return json;
  }

  @Override
  public Optional<ObjectNode> beginning(Choice choice) {
    ObjectNode delta = JsonNodeFactory.instance.objectNode().put("role", ROLE).put("content", "");
    return Optional.of(chunk(choice, delta.putNull("refusal"), false));
  }

  @Override
  public ObjectNode piece(Choice choice, String text) {
    return chunk(choice, JsonNodeFactory.instance.objectNode().put("content", text), true);
  }

  /** Tokens that gave no text, such as those of a stop string, come with the end. */
  @Override
  public ObjectNode end(Choice choice) {
    return chunk(choice, JsonNodeFactory.instance.objectNode(), true);
  }

  @Override
  public ObjectNode cost(List<Choice> choices) {
    ObjectNode json = head.json(CHUNK);
    json.putArray("choices");
    json.set("usage", AnswerFormat.usage(choices));
    return json;
  }

  private ObjectNode chunk(Choice choice, ObjectNode delta, boolean tokens) {
    ObjectNode json = head.json(CHUNK);
    ObjectNode one = json.putArray("choices").addObject().put("index", choice.row());
    one.set("delta", delta);
    if (tokens) {
      putLogprobs(one, choice);
    } else {
      one.putNull("logprobs");
    }
    one.put("finish_reason", delta.isEmpty() ? choice.finishReason() : null);
    return includeUsage ? json.putNull("usage") : json;
  }

  private void putLogprobs(ObjectNode json, Choice choice) {
    List<GeneratedToken> fresh = choice.newTokens();
    if (!choice.ask().tellsLogprobs()) {
      json.putNull("logprobs");
      return;
    }
    ObjectNode logprobs = json.putObject("logprobs");
    ArrayNode content = logprobs.putArray("content");
    for (GeneratedToken token : fresh) {
      ObjectNode one = token(content.addObject(), token.id(), token.logprob());
      ArrayNode top = one.putArray("top_logprobs");
      for (TokenLogprob other : token.top()) {
        token(top.addObject(), other.id(), other.logprob());
      }
    }
    logprobs.putNull("refusal");
  }

  private ObjectNode token(ObjectNode json, int id, double logprob) {
    TokenTexts.TokenText text = texts.of(id);
    json.put("token", text.text()).put("logprob", AnswerFormat.finite(logprob));
    ArrayNode bytes = json.putArray("bytes");
    for (byte one : text.bytes()) {
      bytes.add(Byte.toUnsignedInt(one));
    }
    return json;
  }
}
