package org.cofitune.ui;

import java.time.Duration;
import org.cofitune.http.HttpLimits;

/**
 * What the dashboard allows, so that no page can take more than its share.
 *
 * @param http of its connections
 * @param streams runs that may be followed at a time, by all pages together
 * @param streamBytes how far a page may fall behind before it is cut off
 * @param reportBytes the largest report that is shown
 * @param look how often a followed run is looked at
 * @param beat how often a silent stream shows that it is alive
 */
public record UiLimits(
    HttpLimits http, int streams, int streamBytes, int reportBytes, Duration look, Duration beat) {
  public static final UiLimits DEFAULT =
      new UiLimits(
          new HttpLimits(1 << 10, 128, 256 << 10, Duration.ofSeconds(60), Duration.ofSeconds(5)),
          32,
          8 << 20,
          64 << 20,
          Duration.ofMillis(400),
          Duration.ofSeconds(15));

  public UiLimits withStreams(int value) {
    return new UiLimits(http, value, streamBytes, reportBytes, look, beat);
  }

  public UiLimits withTimes(Duration newLook, Duration newBeat) {
    return new UiLimits(http, streams, streamBytes, reportBytes, newLook, newBeat);
  }
}
