package org.cofitune.model;

/**
 * A pass through decoder layers whose frozen matrices are shared by processes. Its order is named
 * beforehand and is the same in all of them, so each gathers the same layers in the same order,
 * whatever it computes with them, or nothing. Matrices are gathered by being asked for; who asks in
 * another order is refused, and does not leave the others waiting for a layer that never comes.
 *
 * <pre>{@code
 * LayerPass pass = parameters.pass(List.of(0, 1, 2, 1));
 * if (hasRows) {
 *   compute();
 * } else {
 *   List.of(0, 1, 2, 1).forEach(pass::arrive);
 * }
 * pass.end();
 * }</pre>
 */
public interface LayerPass {
  /** Where a process has all matrices itself: any order. */
  LayerPass FREE =
      new LayerPass() {
        @Override
        public void arrive(int layer) {}

        @Override
        public void end() {}
      };

  /**
   * Takes part in gathering a layer, as whoever asks for one of its matrices does.
   *
   * @throws IllegalStateException where another layer is next
   */
  void arrive(int layer);

  /**
   * Lets go of what was gathered.
   *
   * @throws IllegalStateException where a layer was left out
   */
  void end();
}
