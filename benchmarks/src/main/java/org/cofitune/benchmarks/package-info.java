/** Benchmarks of the hot parts, run by JMH. */
@NullMarked
package org.cofitune.benchmarks;

import org.jspecify.annotations.NullMarked;
