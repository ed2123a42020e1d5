package org.cofitune.pipeline;

/** Somebody asked a comparison to stop; the same recipe goes on from there. */
final class CompareInterrupted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CompareInterrupted() {
    super("stopped", null, false, false);
  }
}
