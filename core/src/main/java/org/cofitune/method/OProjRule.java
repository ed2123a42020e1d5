package org.cofitune.method;

/** What the soft mask does to {@code o_proj}. */
public enum OProjRule {
  /** It is not masked, as in METHOD.md section 5. */
  FREE,
  /** Its rows have the importance of the coordinates that {@code down_proj} writes to. */
  OUTPUT
}
