/** A loaded model behind OpenAI's HTTP interface: requests in, batches through one model. */
@NullMarked
package org.cofitune.server;

import org.jspecify.annotations.NullMarked;
