/** What a model can do: tasks, their metrics, and the score card that they add up to. */
@NullMarked
package org.cofitune.evaluate;

import org.jspecify.annotations.NullMarked;
