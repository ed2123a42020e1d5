/**
 * The training loop and what stands around it: objective, AdamW, schedules, checkpoints with exact
 * resume, events, deltas and merged models.
 */
@NullMarked
package org.cofitune.train;

import org.jspecify.annotations.NullMarked;
