/** What methods, and points between base and tuned model, are worth beside each other. */
@NullMarked
package org.cofitune.compare;

import org.jspecify.annotations.NullMarked;
