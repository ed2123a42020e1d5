package org.cofitune.server;

import java.time.Duration;

/**
 * What a server allows, so that no client can take more than its share.
 *
 * @param bodyBytes the largest body of a request
 * @param waitingPrompts prompts that may wait for the model, of all requests together
 * @param topLogprobs the most alternatives that are told for a token
 * @param stopStrings the most stop strings of a request
 * @param streamBytes how far a client may fall behind its stream before the request is cancelled
 * @param socketSendBytes what the operating system keeps of a stream besides
 * @param connections open connections; more wait until one closes
 * @param bodyTime how long a request may take to arrive
 * @param idleTime how long a connection may be silent
 * @param departureTime how often it is checked that the client of a waiting request is still there
 * @param graceTime how long running requests may take to finish when the server stops
 */
public record ServerLimits(
    int bodyBytes,
    int waitingPrompts,
    int topLogprobs,
    int stopStrings,
    int streamBytes,
    int socketSendBytes,
    int connections,
    Duration bodyTime,
    Duration idleTime,
    Duration departureTime,
    Duration graceTime) {
  public static final ServerLimits DEFAULT =
      new ServerLimits(
          4 << 20,
          1024,
          20,
          64,
          256 << 10,
          128 << 10,
          256,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofMillis(500),
          Duration.ofSeconds(10));

  public ServerLimits withBodyBytes(int value) {
    return new ServerLimits(
        value,
        waitingPrompts,
        topLogprobs,
        stopStrings,
        streamBytes,
        socketSendBytes,
        connections,
        bodyTime,
        idleTime,
        departureTime,
        graceTime);
  }

  public ServerLimits withWaitingPrompts(int value) {
    return new ServerLimits(
        bodyBytes,
        value,
        topLogprobs,
        stopStrings,
        streamBytes,
        socketSendBytes,
        connections,
        bodyTime,
        idleTime,
        departureTime,
        graceTime);
  }

  public ServerLimits withStreamBytes(int value, int socketBytes) {
    return new ServerLimits(
        bodyBytes,
        waitingPrompts,
        topLogprobs,
        stopStrings,
        value,
        socketBytes,
        connections,
        bodyTime,
        idleTime,
        departureTime,
        graceTime);
  }

  public ServerLimits withTimes(Duration body, Duration departure) {
    return new ServerLimits(
        bodyBytes,
        waitingPrompts,
        topLogprobs,
        stopStrings,
        streamBytes,
        socketSendBytes,
        connections,
        body,
        idleTime,
        departure,
        graceTime);
  }
}
