/** Low-rank adapters: beside the projections that they change, merged, and in peft's files. */
@NullMarked
package org.cofitune.model.adapter;

import org.jspecify.annotations.NullMarked;
