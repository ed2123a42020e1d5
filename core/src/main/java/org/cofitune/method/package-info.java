/** What differs between methods of training, and nothing else: one trainer serves them all. */
@NullMarked
package org.cofitune.method;

import org.jspecify.annotations.NullMarked;
