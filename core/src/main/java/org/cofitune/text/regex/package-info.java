/** Regular expressions that files bring, with bounds on what they may cost. */
@NullMarked
package org.cofitune.text.regex;

import org.jspecify.annotations.NullMarked;
