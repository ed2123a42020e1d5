package org.cofitune.method;

/** What the soft mask does to {@code gate_proj}. */
public enum GateProjRule {
  /** It is not masked, as in METHOD.md section 5. */
  FREE,
  /** Its rows have the importance of {@code up_proj}'s neurons. */
  INTERMEDIATE
}
