/** What every HTTP server of this program has in common: who is let in, answers, event streams. */
@NullMarked
package org.cofitune.http;

import org.jspecify.annotations.NullMarked;
