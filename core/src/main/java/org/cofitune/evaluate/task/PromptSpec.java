package org.cofitune.evaluate.task;

/**
 * How a row becomes a prompt.
 *
 * @param docToText the question
 * @param docToChoice the choices; {@link TaskField#NOTHING} where the task has none
 * @param docToTarget the answer
 * @param description what stands in front of everything
 * @param genPrefix how the answer begins; {@link TaskField#NOTHING} for nothing
 * @param targetDelimiter between question and answer
 * @param fewshotDelimiter between solved examples
 */
public record PromptSpec(
    TaskField docToText,
    TaskField docToChoice,
    TaskField docToTarget,
    TaskField description,
    TaskField genPrefix,
    String targetDelimiter,
    String fewshotDelimiter) {}
