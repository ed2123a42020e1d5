package org.cofitune.train;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What to do about a step whose loss or gradient is not a number or infinite. */
public enum OnNonFinite {
  /** End the run with the rows and the tensor named; the last good checkpoint stays. */
  @JsonProperty("stop")
  STOP,
  /** Leave weights and moments as they are, report the step, go on with the next. */
  @JsonProperty("skip")
  SKIP
}
