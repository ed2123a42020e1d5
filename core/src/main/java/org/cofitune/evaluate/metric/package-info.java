/** Metrics: what a model's answers to the items of a task are worth. */
@NullMarked
package org.cofitune.evaluate.metric;

import org.jspecify.annotations.NullMarked;
