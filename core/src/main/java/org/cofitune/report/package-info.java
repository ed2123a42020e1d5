/** The report of a run: one page that stands alone, made from the run's files only. */
@NullMarked
package org.cofitune.report;

import org.jspecify.annotations.NullMarked;
