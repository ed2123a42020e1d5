/**
 * Processes that work on one run together: who they are, what they tell each other, who is lost.
 */
@NullMarked
package org.cofitune.engine.ranks;

import org.jspecify.annotations.NullMarked;
