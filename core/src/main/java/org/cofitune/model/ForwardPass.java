package org.cofitune.model;

/**
 * What the layers share while one batch goes through them.
 *
 * @param rotary angles of the batch's tokens
 * @param attention who sees whom
 */
public record ForwardPass(RotaryTables rotary, AttentionKernel attention) {}
