/** The decoder of the LLaMA family: configuration, parameters, regions, forward pass. */
@NullMarked
package org.cofitune.model;

import org.jspecify.annotations.NullMarked;
