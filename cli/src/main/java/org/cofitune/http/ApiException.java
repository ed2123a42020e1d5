package org.cofitune.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/** A request that is refused, as OpenAI's clients understand it. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String INVALID = "invalid_request_error";

  private final int status;
  private final String type;
  private final @Nullable String param;
  private final @Nullable String code;

  private ApiException(
      int status, String message, String type, @Nullable String param, @Nullable String code) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  /**
   * A request that cannot be answered as it stands.
   *
   * @param param the key that is wrong, null where it is none
   */
  public static ApiException invalid(@Nullable String param, String message) {
    return new ApiException(HttpStatus.BAD_REQUEST_400, message, INVALID, param, null);
  }

  /** A prompt that the model has no room for. */
  public static ApiException contextExceeded(String param, String message) {
    return new ApiException(
        HttpStatus.BAD_REQUEST_400, message, INVALID, param, "context_length_exceeded");
  }

  /** A model that is not the one that is served. */
  public static ApiException unknownModel(String name, String served) {
    return new ApiException(
        HttpStatus.NOT_FOUND_404,
        "The model '" + name + "' does not exist; this server has '" + served + "'.",
        INVALID,
        "model",
        "model_not_found");
  }

  /** A request without the key. */
  public static ApiException unauthorized() {
    return new ApiException(
        HttpStatus.UNAUTHORIZED_401,
        "Give the server's API key in the header 'Authorization: Bearer KEY'.",
        INVALID,
        null,
        "invalid_api_key");
  }

  /** More than the server has room for; it may be asked again. */
  public static ApiException busy(String message) {
    return new ApiException(
        HttpStatus.TOO_MANY_REQUESTS_429, message, "rate_limit_error", null, "queue_full");
  }

  /** A request that came too late. */
  public static ApiException stopping() {
    return new ApiException(
        HttpStatus.SERVICE_UNAVAILABLE_503, "The server is stopping.", "server_error", null, null);
  }

  /** Tells nothing of the cause, which the log has. */
  public static ApiException internal() {
    return ofStatus(HttpStatus.INTERNAL_SERVER_ERROR_500, "The server failed; its log says why.");
  }

  /** An error that HTTP has a status for. */
  public static ApiException ofStatus(int status, String message) {
    String type = HttpStatus.isServerError(status) ? "server_error" : INVALID;
    return new ApiException(status, message, type, null, null);
  }

  /** The status of the answer. */
  public int status() {
    return status;
  }

  /** {@code {"error": {"message", "type", "param", "code"}}}. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("error")
        .put("message", getMessage())
        .put("type", type)
        .put("param", param)
        .put("code", code);
    return json;
  }
}
