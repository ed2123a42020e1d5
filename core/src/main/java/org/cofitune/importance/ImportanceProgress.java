package org.cofitune.importance;

/**
 * How far a measurement is.
 *
 * @param corpus name of the text
 * @param rows done, those before an interruption included
 * @param totalRows of the corpus
 * @param tokens done
 * @param meanDivergence between the two passes so far, nats per token
 */
public record ImportanceProgress(
    String corpus, int rows, int totalRows, long tokens, double meanDivergence) {}
