package org.cofitune.http;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Errors that the HTTP library raises itself, in the form of all others, without their cause. */
final class JsonErrors implements Request.Handler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    Object reason = request.getAttribute(ErrorHandler.ERROR_MESSAGE);
    String message =
        reason == null || HttpStatus.isServerError(status)
            ? HttpStatus.getMessage(status)
            : reason.toString();
    new Exchange(request, response, callback).refuse(ApiException.ofStatus(status, message));
    return true;
  }
}
