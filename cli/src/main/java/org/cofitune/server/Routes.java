package org.cofitune.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cofitune.http.ApiException;
import org.cofitune.http.Exchange;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** The paths of the server. */
final class Routes extends Handler.Abstract {
  static final String HEALTH = "/healthz";
  private static final String MODELS = "/v1/models";
  private static final String COMPLETIONS = "/v1/completions";
  private static final String CHAT = "/v1/chat/completions";

  private final ServedModel model;
  private final ModelThread thread;
  private final ServerLimits limits;
  private final Endpoint completions;
  private final Endpoint chat;

  Routes(ServedModel model, ModelThread thread, ServerLimits limits) {
    this.model = model;
    this.thread = thread;
    this.limits = limits;
    this.completions = new Endpoint(model, thread, limits, new CompletionReader(model, limits));
    this.chat = new Endpoint(model, thread, limits, new ChatReader(model, limits));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback);
    String path = Request.getPathInContext(request);
    switch (path) {
      case HEALTH -> get(request, response, exchange, health());
      case MODELS -> get(request, response, exchange, models());
      case COMPLETIONS -> post(request, response, exchange, completions);
      case CHAT -> post(request, response, exchange, chat);
      default -> {
        if (path.startsWith(MODELS + "/")) {
          get(request, response, exchange, model(path.substring(MODELS.length() + 1)));
        } else {
          exchange.refuse(
              ApiException.ofStatus(HttpStatus.NOT_FOUND_404, "There is nothing at this path."));
        }
      }
    }
    return true;
  }

  private ObjectNode health() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("status", "ok")
        .put("waiting", thread.waiting())
        .put("running", thread.running());
  }

  private ObjectNode models() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("object", "list");
    json.putArray("data").add(modelCard());
    return json;
  }

  private @Nullable ObjectNode model(String name) {
    return name.equals(model.name()) ? modelCard() : null;
  }

  private ObjectNode modelCard() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", model.name())
        .put("object", "model")
        .put("created", model.created().getEpochSecond())
        .put("owned_by", "cofitune")
        .put("max_model_len", model.contextLength());
  }

  private void get(
      Request request, Response response, Exchange exchange, @Nullable ObjectNode json) {
    if (!HttpMethod.GET.is(request.getMethod())) {
      refuseMethod(response, exchange, HttpMethod.GET);
    } else if (json == null) {
      String path = Request.getPathInContext(request);
      exchange.refuse(ApiException.unknownModel(path.substring(MODELS.length() + 1), model.name()));
    } else {
      exchange.send(json);
    }
  }

  private void post(Request request, Response response, Exchange exchange, Endpoint endpoint) {
    if (!HttpMethod.POST.is(request.getMethod())) {
      refuseMethod(response, exchange, HttpMethod.POST);
      return;
    }
    // While the model works, silence on the connection means nothing.
    request.addIdleTimeoutListener(timeout -> false);
    Scheduler.Task deadline =
        request
            .getComponents()
            .getScheduler()
            .schedule(
                () -> request.fail(new TimeoutException()),
                limits.bodyTime().toMillis(),
                TimeUnit.MILLISECONDS);
    Content.Source.asByteArrayAsync(
        request,
        limits.bodyBytes(),
        Promise.Invocable.from(
            org.eclipse.jetty.util.thread.Invocable.InvocationType.BLOCKING,
            body -> {
              deadline.cancel();
              serve(body, exchange, endpoint);
            },
            failure -> {
              deadline.cancel();
              exchange.refuse(unread(failure));
            }));
  }

  private static void serve(byte[] body, Exchange exchange, Endpoint endpoint) {
    try {
      endpoint.serve(body, exchange);
    } catch (RuntimeException e) {
      exchange.refuse(e);
    }
  }

  private static ApiException unread(Throwable failure) {
    if (failure instanceof HttpException known) {
      return ApiException.ofStatus(known.getCode(), String.valueOf(known.getReason()));
    }
    if (failure instanceof TimeoutException) {
      return ApiException.ofStatus(
          HttpStatus.REQUEST_TIMEOUT_408, "The body took too long to arrive.");
    }
    return ApiException.invalid(null, "The body could not be read.");
  }

  private static void refuseMethod(Response response, Exchange exchange, HttpMethod allowed) {
    response.getHeaders().put(HttpHeader.ALLOW, allowed.asString());
    exchange.refuse(
        ApiException.ofStatus(
            HttpStatus.METHOD_NOT_ALLOWED_405, "Use " + allowed + " at this path."));
  }
}
