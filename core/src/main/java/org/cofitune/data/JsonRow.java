package org.cofitune.data;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The JSON object of a row. */
record JsonRow(ObjectNode object, RowSource source) {}
