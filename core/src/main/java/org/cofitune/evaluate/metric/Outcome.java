package org.cofitune.evaluate.metric;

/** What a model made of one item, with what it should have made of it. */
public sealed interface Outcome
    permits ChoiceOutcome, ContinuationOutcome, TextOutcome, AnswerOutcome {}
