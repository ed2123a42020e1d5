/** Where in a model a training takes effect: layer readings, swapped weights, and drift. */
@NullMarked
package org.cofitune.analyze;

import org.jspecify.annotations.NullMarked;
