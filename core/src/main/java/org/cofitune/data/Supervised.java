package org.cofitune.data;

/** Which tokens the loss counts ({@code supervised}; METHOD.md section 3). */
public enum Supervised {
  /** The answers and what ends them. */
  RESPONSE,
  /** The prompt too, as the CoFiTune authors do. */
  ALL
}
