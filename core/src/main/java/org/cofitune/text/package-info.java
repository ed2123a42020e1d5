/** Text on its way to token ids and back: tokenizer, chat templates and prompt formats. */
@NullMarked
package org.cofitune.text;

import org.jspecify.annotations.NullMarked;
