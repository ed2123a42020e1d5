/** A page for this machine alone that shows what runs have come to, live. */
@NullMarked
package org.cofitune.ui;

import org.jspecify.annotations.NullMarked;
