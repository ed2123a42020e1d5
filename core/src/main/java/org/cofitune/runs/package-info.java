/** What runs have left in their folders, read while they go on; writes nothing. */
@NullMarked
package org.cofitune.runs;

import org.jspecify.annotations.NullMarked;
