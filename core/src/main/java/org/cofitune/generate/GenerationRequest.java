package org.cofitune.generate;

/**
 * A text to be generated.
 *
 * @param prompt token ids, at least one
 * @param config how to generate
 */
@SuppressWarnings("ArrayRecordComponent") // primitive ids go straight into tensors
public record GenerationRequest(int[] prompt, GenerationConfig config) {}
