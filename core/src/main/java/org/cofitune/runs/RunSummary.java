package org.cofitune.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A run in one line; what it has not come to is null.
 *
 * @param name path below the folder of all runs
 * @param command {@code train}, {@code run}, {@code search}, or {@code compare}
 * @param model name of the base
 * @param method what trains
 * @param region text form of what is trained, {@code search} until it is found
 * @param state what has become of it
 * @param step optimizer steps taken
 * @param totalSteps steps that there will be
 * @param loss of the last step
 * @param evalLoss of the held-out rows, the last time they were scored
 * @param secondsLeft of the training or the search
 * @param speciality S of the tuned model, in points
 * @param versatility V of the tuned model, in points
 * @param uni of both
 * @param started when, in ISO 8601
 * @param changed when something last happened, in milliseconds since 1970
 * @param report whether there is a {@code report.html}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunSummary(
    String name,
    String command,
    @Nullable String model,
    @Nullable String method,
    @Nullable String region,
    RunState state,
    @Nullable Long step,
    @Nullable Long totalSteps,
    @Nullable Double loss,
    @Nullable Double evalLoss,
    @Nullable Double secondsLeft,
    @Nullable Double speciality,
    @Nullable Double versatility,
    @Nullable Double uni,
    @Nullable String started,
    long changed,
    boolean report) {}
