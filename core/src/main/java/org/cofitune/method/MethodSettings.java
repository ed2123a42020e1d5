package org.cofitune.method;

/**
 * Everything that a recipe says about methods; each reads its own part.
 *
 * @param method which one
 * @param softMask of {@code cofitune} and {@code v_softmask}
 * @param lora of {@code lora}
 * @param penalty of {@code l1} and {@code l2}
 * @param kl of {@code kl}
 * @param eaft of {@code eaft}
 * @param hft of {@code hft}
 */
public record MethodSettings(
    MethodArguments method,
    SoftMaskArguments softMask,
    LoraArguments lora,
    PenaltyArguments penalty,
    DivergenceArguments kl,
    EntropyArguments eaft,
    HalfArguments hft) {}
