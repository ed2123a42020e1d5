/** The coarse level: a tree search for the region worth training (METHOD.md section 7). */
@NullMarked
package org.cofitune.search;

import org.jspecify.annotations.NullMarked;
