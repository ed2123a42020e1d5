/** Text from a model: key/value cache, batched decoding, sampling, streaming. */
@NullMarked
package org.cofitune.generate;

import org.jspecify.annotations.NullMarked;
