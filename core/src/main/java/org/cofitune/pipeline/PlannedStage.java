package org.cofitune.pipeline;

/**
 * What a pipeline would do with a stage.
 *
 * @param runs whether the stage would run
 * @param reason why, or why not
 */
public record PlannedStage(Stage stage, boolean runs, String reason) {}
