package org.cofitune.http;

import java.time.Duration;

/**
 * What a server allows its connections.
 *
 * @param bodyBytes the largest body of a request
 * @param connections open at a time; more wait until one closes
 * @param socketSendBytes what the operating system keeps of a stream
 * @param idleTime how long a connection may be silent
 * @param graceTime how long running requests may take to finish when the server stops
 */
public record HttpLimits(
    int bodyBytes, int connections, int socketSendBytes, Duration idleTime, Duration graceTime) {}
