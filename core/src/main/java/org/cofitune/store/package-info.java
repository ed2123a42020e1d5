/**
 * Files that outlive a process: safetensors, checkpoints, npy arrays, complete-or-absent
 * directories, manifests, fingerprints, locks.
 */
@NullMarked
package org.cofitune.store;

import org.jspecify.annotations.NullMarked;
