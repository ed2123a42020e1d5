/** How sure a number is: intervals over items and seeds, and differences between two models. */
@NullMarked
package org.cofitune.evaluate.statistics;

import org.jspecify.annotations.NullMarked;
