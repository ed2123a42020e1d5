/**
 * Which units of a model its earlier abilities rest on, and the soft mask that spares them: virtual
 * gates, the divergence between two dropout passes, importance vectors and their files.
 */
@NullMarked
package org.cofitune.importance;

import org.jspecify.annotations.NullMarked;
