/** From a recipe to a finished run: validated settings, run directory, events. */
@NullMarked
package org.cofitune.pipeline;

import org.jspecify.annotations.NullMarked;
