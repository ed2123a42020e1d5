/** What models answered: kept for the next evaluation, and written down item by item. */
@NullMarked
package org.cofitune.evaluate.results;

import org.jspecify.annotations.NullMarked;
