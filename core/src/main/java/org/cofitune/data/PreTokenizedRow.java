package org.cofitune.data;

/**
 * A row that was tokenized elsewhere and is trained on as it is.
 *
 * @param ids token ids, not negative
 * @param labels as many as ids, aligned with them; {@link TokenizedExample#IGNORED} where not
 *     supervised
 */
@SuppressWarnings("ArrayRecordComponent") // Goes into TokenizedExample; never compared.
public record PreTokenizedRow(int[] ids, int[] labels, RowSource source) implements Row {}
