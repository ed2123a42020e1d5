/**
 * A small, strict interpreter of the Jinja that Hugging Face checkpoints and evaluation tasks use,
 * with Python's semantics of values.
 */
@NullMarked
package org.cofitune.text.jinja;

import org.jspecify.annotations.NullMarked;
