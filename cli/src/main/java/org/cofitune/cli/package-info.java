/** The commands: options in, calls of the core, text or one JSON object out, an exit status. */
@NullMarked
package org.cofitune.cli;

import org.jspecify.annotations.NullMarked;
