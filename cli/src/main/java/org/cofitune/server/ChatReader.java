package org.cofitune.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.http.ApiException;
import org.cofitune.server.Endpoint.Prompt;
import org.cofitune.server.Endpoint.Understood;
import org.cofitune.text.Message;

/** Understands requests to {@code /v1/chat/completions}. */
final class ChatReader implements Endpoint.RequestReader {
  /** Room for an answer is kept while it runs: the context of large models is too much for all. */
  private static final int DEFAULT_MAX_TOKENS = 1024;

  private static final Set<String> KEYS =
      Set.of("messages", "max_tokens", "max_completion_tokens", "top_logprobs");

  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");

  /** What a message may say; lm-evaluation-harness writes a type into each. */
  private static final Set<String> MESSAGE_KEYS = Set.of("role", "content", "type");

  private final ServedModel model;
  private final ServerLimits limits;

  ChatReader(ServedModel model, ServerLimits limits) {
    this.model = model;
    this.limits = limits;
  }

  @Override
  public Understood read(RequestFields fields) {
    RequestSampling.check(fields, KEYS);
    List<Message> messages = messages(fields.required("messages"));
    RequestSampling sampling = new RequestSampling(fields, model.defaults(), limits);
    int top = topLogprobs(fields);
    int[] ids = model.ids(messages);
    model.check(ids, 1, "messages");
    Ask ask =
        new Ask(
            sampling.config(maxTokens(fields, ids.length), top),
            false,
            top,
            sampling.stream(),
            sampling.includeUsage());
    return new Understood(ask, List.of(new Prompt(ids, "")));
  }

  @Override
  public AnswerFormat format(Ask ask) {
    return new ChatFormat(model, ask);
  }

  private int maxTokens(RequestFields fields, int prompt) {
    OptionalInt asked = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
    if (asked.isEmpty()) {
      asked = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
    }
    return asked.orElse(Math.min(DEFAULT_MAX_TOKENS, model.contextLength() - prompt));
  }

  private int topLogprobs(RequestFields fields) {
    OptionalInt top = fields.integer("top_logprobs", 0, limits.topLogprobs());
    if (fields.flag("logprobs", false)) {
      return top.orElse(0);
    }
    if (top.isPresent() && top.getAsInt() > 0) {
      throw ApiException.invalid("top_logprobs", "'top_logprobs' needs \"logprobs\": true.");
    }
    return GenerationConfig.NO_LOGPROBS;
  }

  private static List<Message> messages(JsonNode json) {
    if (!json.isArray() || json.isEmpty()) {
      throw RequestFields.wrong("messages", "a list of messages", json);
    }
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      messages.add(message("messages[" + i + "]", json.get(i)));
    }
    return messages;
  }

  private static Message message(String place, JsonNode json) {
    if (!json.isObject()) {
      throw RequestFields.wrong(place, "an object with 'role' and 'content'", json);
    }
    for (Iterator<String> keys = json.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!MESSAGE_KEYS.contains(key) && json.hasNonNull(key)) {
        throw ApiException.invalid(
            place + "." + key, "'" + key + "' of a message is not supported here.");
      }
    }
    JsonNode role = json.path("role");
    if (!role.isTextual() || !ROLES.contains(role.textValue())) {
      throw RequestFields.wrong(place + ".role", "one of system, developer, user, assistant", role);
    }
    return new Message(role.textValue(), content(place + ".content", json.path("content")));
  }

  private static String content(String place, JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    if (!content.isArray()) {
      throw RequestFields.wrong(place, "a string or a list of text parts", content);
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
        throw RequestFields.wrong(place, "text: this model sees nothing else", part);
      }
      text.append(part.get("text").textValue());
    }
    return text.toString();
  }
}
