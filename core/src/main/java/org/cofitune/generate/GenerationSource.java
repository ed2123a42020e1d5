package org.cofitune.generate;

import java.util.List;

/** Where texts come from while others are being generated; asked on the thread that generates. */
public interface GenerationSource {
  /**
   * The texts that are to begin now; asked before every token.
   *
   * @param room how many may begin, 0 or more
   * @param idle whether no text is running: the source may wait then, and none ends the generation
   */
  List<Arrival> poll(int room, boolean idle);

  /**
   * A text that is to begin.
   *
   * @param row what the listener hears, and with the seed what the draws depend on
   */
  record Arrival(int row, GenerationRequest request, GenerationListener listener) {}
}
