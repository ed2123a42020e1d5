/**
 * The only package that knows libtorch's devices, number types, seeds, threads and native loading.
 */
@NullMarked
package org.cofitune.engine;

import org.jspecify.annotations.NullMarked;
