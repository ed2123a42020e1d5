/** The score card of a model, and what changed from one model to another. */
@NullMarked
package org.cofitune.evaluate.score;

import org.jspecify.annotations.NullMarked;
