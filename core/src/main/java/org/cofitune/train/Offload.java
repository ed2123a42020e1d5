package org.cofitune.train;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What of a training lies in the host's memory instead of the device's; the bits are the same. */
public enum Offload {
  /** Nothing; the same as no entry. */
  @JsonProperty("none")
  NONE,
  /** The matrices of frozen layers, which come to the device one layer after the other. */
  @JsonProperty("frozen")
  FROZEN,
  /** The optimizer's moments, which come to the device one tensor after the other. */
  @JsonProperty("optimizer")
  OPTIMIZER,
  /** The layers' inputs that recomputation begins with. */
  @JsonProperty("activations")
  ACTIVATIONS
}
