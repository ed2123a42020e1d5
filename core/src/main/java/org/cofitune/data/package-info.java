/** From files of rows to token ids with a loss mask, packed batches, and a resumable order. */
@NullMarked
package org.cofitune.data;

import org.jspecify.annotations.NullMarked;
