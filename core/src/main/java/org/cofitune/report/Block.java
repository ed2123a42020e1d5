package org.cofitune.report;

/** A piece of a section. */
sealed interface Block permits Chart, Table, SampleCards, Listing {}
