package org.cofitune.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

final class ExchangeTest {
  private static final HttpLimits LIMITS =
      new HttpLimits(1000, 4, 1000, Duration.ofSeconds(10), Duration.ofSeconds(1));

  @Test
  void whatFollowsAnAnswerThatIsCompleteDoesNoHarm() throws Exception {
    CompletableFuture<Exchange> answered = new CompletableFuture<>();
    Handler handler =
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            CompletableFuture<Exchange> made = new CompletableFuture<>();
            Exchange exchange =
                new Exchange(
                    request,
                    response,
                    Callback.from(
                        () -> {
                          callback.succeeded();
                          answered.complete(made.join());
                        },
                        callback::failed));
            made.complete(exchange);
            exchange.send(JsonNodeFactory.instance.objectNode());
            return true;
          }
        };
    try (HttpServer server =
        HttpServer.start(
            new ServerAddress(ServerAddress.DEFAULT_HOST, 0, null), LIMITS, Set.of(), handler)) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(server.url())).build();
      assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
      Exchange exchange = answered.get(10, TimeUnit.SECONDS);

      CompletableFuture<Boolean> done = new CompletableFuture<>();
      exchange.dispatch(() -> done.complete(exchange.begin()));
      assertThat(done.get(10, TimeUnit.SECONDS)).as("begun a second time").isFalse();
    }
  }
}
