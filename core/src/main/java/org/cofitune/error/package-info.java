/** Errors that every package may raise: what, where, expected and found, what to do next. */
@NullMarked
package org.cofitune.error;

import org.jspecify.annotations.NullMarked;
