package org.cofitune.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.cofitune.http.ApiException;
import org.cofitune.http.Exchange;
import org.jspecify.annotations.Nullable;

/** Answers one kind of request that the model is needed for. */
final class Endpoint {
  private final ServedModel model;
  private final ModelThread thread;
  private final ServerLimits limits;
  private final RequestReader reader;

  /**
   * A request that is understood.
   *
   * @param prompts in the order of the answer's choices
   */
  record Understood(Ask ask, List<Prompt> prompts) {}

  /**
   * A prompt.
   *
   * @param ids for the model
   * @param echoed its text where that is a part of the answer, else empty
   */
  record Prompt(int[] ids, String echoed) {}

  /** Understands requests of one kind. */
  sealed interface RequestReader permits CompletionReader, ChatReader {
    Understood read(RequestFields fields);

    AnswerFormat format(Ask ask);
  }

  Endpoint(ServedModel model, ModelThread thread, ServerLimits limits, RequestReader reader) {
    this.model = model;
    this.thread = thread;
    this.limits = limits;
    this.reader = reader;
  }

  /**
   * Begins to answer; the rest happens on other threads.
   *
   * @throws ApiException that says why there is no answer
   */
  void serve(byte[] body, Exchange exchange) {
    RequestFields fields = RequestJson.read(body);
    checkModel(fields.get("model"));
    Understood request = reader.read(fields);
    Ask ask = request.ask();
    AnswerFormat format = reader.format(ask);
    int count = request.prompts().size();
    if (ask.stream()) {
      StreamedAnswer answer =
          new StreamedAnswer(exchange, format, ask.includeUsage(), limits.streamBytes(), count);
      List<Choice> choices = choices(request, answer);
      answer.begin(choices);
      submit(choices, exchange);
    } else {
      WholeAnswer answer = new WholeAnswer(exchange, format, count);
      List<Choice> choices = choices(request, answer);
      answer.begin(choices);
      submit(choices, exchange);
    }
  }

  private void submit(List<Choice> choices, Exchange exchange) {
    Ask ask = choices.get(0).ask();
    if (ask.config() == null && !ask.scoresPrompt()) {
      choices.forEach(Choice::finishAtOnce);
      return;
    }
    thread.submit(choices);
    exchange.watch(limits.departureTime());
  }

  private List<Choice> choices(Understood request, Answer answer) {
    List<Choice> choices = new ArrayList<>();
    for (Prompt prompt : request.prompts()) {
      choices.add(
          new Choice(
              choices.size(),
              prompt.ids(),
              prompt.echoed(),
              request.ask(),
              model.tokenizer(),
              answer));
    }
    return choices;
  }

  private void checkModel(@Nullable JsonNode name) {
    if (name == null) {
      return;
    }
    if (!name.isTextual()) {
      throw RequestFields.wrong("model", "a string", name);
    }
    if (!name.textValue().equals(model.name())) {
      throw ApiException.unknownModel(name.textValue(), model.name());
    }
  }
}
