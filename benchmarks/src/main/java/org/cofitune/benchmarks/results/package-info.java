/** Turns kept comparisons into {@code RESULTS.md}: every sentence comes from the numbers. */
@NullMarked
package org.cofitune.benchmarks.results;

import org.jspecify.annotations.NullMarked;
