package org.cofitune.method;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The method, and the importance that it spares units by.
 *
 * @param method what training does to the region: {@code region} trains it plainly, {@code
 *     cofitune} with the soft mask; {@code full} and {@code v_softmask} do the same to the whole
 *     model; {@code lora} trains adapters of the region's projections; {@code l1}, {@code l2},
 *     {@code kl}, {@code dft}, {@code eaft}, and {@code hft} are the rivals of docs/methods.md
 * @param importanceDir folder of importance, one folder per corpus, combined by maximum; {@code
 *     cofitune importance} measures into it, the methods with a soft mask read it
 */
public record MethodArguments(MethodName method, @Nullable Path importanceDir) {
  /** Plain training of the region. */
  public static MethodArguments defaults() {
    return new MethodArguments(MethodName.REGION, null);
  }
}
