package org.cofitune.ui;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.cofitune.http.ApiException;
import org.cofitune.http.Exchange;
import org.cofitune.runs.EventTail;
import org.cofitune.runs.RunDetails;
import org.cofitune.runs.RunFile;
import org.cofitune.runs.RunFolder;
import org.cofitune.runs.RunReader;
import org.cofitune.runs.RunSummary;
import org.cofitune.runs.RunsFolder;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.URIUtil;

/**
 * The paths of the dashboard: the page's own files, and of runs what is named here, nothing else of
 * their folders.
 *
 * <pre>
 *   /api/runs                  every run in a line
 *   /api/runs/NAME/details     settings, environment, scores
 *   /api/runs/NAME/history     events so far
 *   /api/runs/NAME/events      events as they happen, server-sent
 *   /runs/NAME/report.html     the report, if it was made
 * </pre>
 */
final class UiRoutes extends Handler.Abstract {
  private static final String LIST = "/api/runs";
  private static final String RUN = LIST + "/";
  private static final String REPORTS = "/runs/";
  private static final String REPORT = "/report.html";
  private static final String LAST_EVENT = "Last-Event-ID";

  private final Map<String, Asset> assets = Asset.load();
  private final RunsFolder folder;
  private final RunReader reader;
  private final RunFollowers followers;
  private final UiLimits limits;

  UiRoutes(RunsFolder folder, RunReader reader, RunFollowers followers, UiLimits limits) {
    this.folder = folder;
    this.reader = reader;
    this.followers = followers;
    this.limits = limits;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    PageHeaders.put(response.getHeaders());
    Exchange exchange = new Exchange(request, response, callback);
    try {
      answer(request, response, exchange);
    } catch (RuntimeException e) {
      exchange.refuse(e);
    }
    return true;
  }

  private void answer(Request request, Response response, Exchange exchange) {
    if (!HttpMethod.GET.is(request.getMethod())) {
      response.getHeaders().put(HttpHeader.ALLOW, HttpMethod.GET.asString());
      throw ApiException.ofStatus(HttpStatus.METHOD_NOT_ALLOWED_405, "Use GET at this path.");
    }
    String path = URIUtil.decodePath(Request.getPathInContext(request));
    Asset asset = assets.get(path);
    if (asset != null) {
      exchange.send(asset.contentType(), asset.content());
    } else if (path.equals(LIST)) {
      exchange.send(list());
    } else if (path.startsWith(RUN)) {
      String rest = path.substring(RUN.length());
      int view = rest.lastIndexOf('/');
      show(rest.substring(view + 1), rest.substring(0, Math.max(view, 0)), request, exchange);
    } else if (path.startsWith(REPORTS) && path.endsWith(REPORT)) {
      PageHeaders.putOfReport(response.getHeaders());
      int end = Math.max(REPORTS.length(), path.length() - REPORT.length());
      exchange.send("text/html; charset=utf-8", report(path.substring(REPORTS.length(), end)));
    } else {
      throw nothing();
    }
  }

  private void show(String view, String name, Request request, Exchange exchange) {
    switch (view) {
      case "details" -> exchange.send(details(run(name)));
      case "history" -> exchange.send(history(run(name)));
      case "events" -> follow(run(name), request, exchange);
      default -> throw nothing();
    }
  }

  private ObjectNode list() {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("folder", folder.path().toString());
    list.put("now", System.currentTimeMillis());
    for (RunSummary summary : reader.summaries(folder)) {
      list.withArray("/runs").add(RunDetails.of(summary));
    }
    return list;
  }

  private ObjectNode details(RunFolder run) {
    ObjectNode details = RunDetails.of(run);
    details.set("summary", RunDetails.of(reader.summary(run)));
    return details;
  }

  private static ObjectNode history(RunFolder run) {
    ObjectNode history = JsonNodeFactory.instance.objectNode();
    var events = history.putArray("events");
    EventTail tail = EventTail.of(run);
    boolean more = true;
    while (more) {
      EventTail.Batch batch = tail.next().orElse(null);
      if (batch != null) {
        if (batch.restarted()) {
          events.removeAll();
        }
        events.addAll(batch.events());
        history.put("position", batch.position());
      }
      more = batch != null && batch.more();
    }
    return history;
  }

  private void follow(RunFolder run, Request request, Exchange exchange) {
    String position = request.getHeaders().get(LAST_EVENT);
    String asked = Request.extractQueryParameters(request).getValue("from");
    String from = position == null ? asked : position;
    followers.add(
        run,
        from == null ? EventTail.of(run) : EventTail.from(run, from),
        () -> exchange.begin() ? exchange.stream(limits.streamBytes()) : null);
  }

  private byte[] report(String name) {
    RunFile report = run(name).report().orElseThrow(UiRoutes::nothing);
    if (report.bytes() > limits.reportBytes()) {
      throw ApiException.ofStatus(
          HttpStatus.PAYLOAD_TOO_LARGE_413, "The report is too large; open its file instead.");
    }
    return report.read();
  }

  private RunFolder run(String name) {
    return folder.find(name).orElseThrow(UiRoutes::nothing);
  }

  private static ApiException nothing() {
    return ApiException.ofStatus(HttpStatus.NOT_FOUND_404, "There is nothing at this path.");
  }
}
