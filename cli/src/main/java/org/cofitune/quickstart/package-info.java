/**
 * The whole story on a small model that the project trained itself, without anything from outside.
 */
@NullMarked
package org.cofitune.quickstart;

import org.jspecify.annotations.NullMarked;
