package org.cofitune.train;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The shapes of a learning rate over a run, {@code lr_scheduler_type} of Hugging Face. */
public enum SchedulerType {
  /** Up to the peak during warm-up, then straight down to zero. */
  @JsonProperty("linear")
  LINEAR,
  /** Up to the peak during warm-up, then down to zero along half a cosine. */
  @JsonProperty("cosine")
  COSINE,
  /** The peak from the first step on; warm-up is ignored. */
  @JsonProperty("constant")
  CONSTANT,
  /** Up to the peak during warm-up, then level. */
  @JsonProperty("constant_with_warmup")
  CONSTANT_WITH_WARMUP
}
