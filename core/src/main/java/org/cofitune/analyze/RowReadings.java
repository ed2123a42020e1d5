package org.cofitune.analyze;

/**
 * What the layers of two models do on some rows.
 *
 * @param rows how many
 * @param positions supervised ones of them
 * @param base lens of the base
 * @param tuned lens of the tuned model
 * @param similarity of the two models' hidden states
 */
public record RowReadings(
    int rows,
    int positions,
    LensReadings base,
    LensReadings tuned,
    SimilarityReadings similarity) {}
