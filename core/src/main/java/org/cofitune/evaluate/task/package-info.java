/** Task files of lm-evaluation-harness, and what they ask of a model item by item. */
@NullMarked
package org.cofitune.evaluate.task;

import org.jspecify.annotations.NullMarked;
