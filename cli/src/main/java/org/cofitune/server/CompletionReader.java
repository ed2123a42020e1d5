package org.cofitune.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.cofitune.generate.GenerationConfig;
import org.cofitune.http.ApiException;
import org.cofitune.server.Endpoint.Prompt;
import org.cofitune.server.Endpoint.Understood;

/** Understands requests to {@code /v1/completions}. */
final class CompletionReader implements Endpoint.RequestReader {
  /** As long as OpenAI's are. */
  private static final int DEFAULT_MAX_TOKENS = 16;

  private static final Set<String> KEYS =
      Set.of("prompt", "max_tokens", "echo", "add_special_tokens");

  private final ServedModel model;
  private final ServerLimits limits;

  CompletionReader(ServedModel model, ServerLimits limits) {
    this.model = model;
    this.limits = limits;
  }

  @Override
  public Understood read(RequestFields fields) {
    RequestSampling.check(fields, KEYS);
    boolean echo = fields.flag("echo", false);
    int maxTokens = fields.integer("max_tokens", 0, Integer.MAX_VALUE).orElse(DEFAULT_MAX_TOKENS);
    if (maxTokens == 0 && !echo) {
      throw ApiException.invalid("max_tokens", "'max_tokens' can be 0 only with \"echo\": true.");
    }
    int top =
        fields.integer("logprobs", 0, limits.topLogprobs()).orElse(GenerationConfig.NO_LOGPROBS);
    RequestSampling sampling = new RequestSampling(fields, model.defaults(), limits);
    GenerationConfig config = sampling.config(Math.max(1, maxTokens), top);
    Ask ask =
        new Ask(
            maxTokens == 0 ? null : config, echo, top, sampling.stream(), sampling.includeUsage());
    List<Prompt> prompts = prompts(fields, echo);
    prompts.forEach(prompt -> model.check(prompt.ids(), maxTokens == 0 ? 0 : 1, "prompt"));
    return new Understood(ask, prompts);
  }

  @Override
  public AnswerFormat format(Ask ask) {
    return new CompletionFormat(model, ask);
  }

  private List<Prompt> prompts(RequestFields fields, boolean echo) {
    JsonNode prompt = fields.required("prompt");
    boolean special = fields.flag("add_special_tokens", true);
    if (prompt.isTextual()) {
      return List.of(ofText(prompt, special, echo));
    }
    if (!prompt.isArray() || prompt.isEmpty()) {
      throw wrong(prompt);
    }
    if (prompt.get(0).isNumber()) {
      return List.of(ofIds(prompt, echo));
    }
    if (prompt.size() > limits.waitingPrompts()) {
      throw ApiException.invalid(
          "prompt",
          "'prompt' has " + prompt.size() + " prompts; at most " + limits.waitingPrompts() + ".");
    }
    List<Prompt> prompts = new ArrayList<>();
    for (JsonNode one : prompt) {
      prompts.add(one.isTextual() ? ofText(one, special, echo) : ofIds(one, echo));
    }
    return prompts;
  }

  private Prompt ofText(JsonNode prompt, boolean special, boolean echo) {
    String text = prompt.textValue();
    return new Prompt(model.tokenizer().encode(text, special), echo ? text : "");
  }

  private Prompt ofIds(JsonNode prompt, boolean echo) {
    if (!prompt.isArray()) {
      throw wrong(prompt);
    }
    int[] ids = new int[prompt.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!prompt.get(i).isInt()) {
        throw wrong(prompt.get(i));
      }
      ids[i] = prompt.get(i).intValue();
    }
    model.check(ids, 0, "prompt");
    return new Prompt(ids, echo ? model.tokenizer().decode(ids, true) : "");
  }

  private static ApiException wrong(JsonNode found) {
    return RequestFields.wrong(
        "prompt", "a string, a list of strings, token ids, or a list of lists of them", found);
  }
}
