package org.cofitune.data;

/** A row as it stands in a file, before any token is made. */
public sealed interface Row permits ConversationRow, TextRow, PreTokenizedRow {
  RowSource source();
}
