package org.cofitune.evaluate.score;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.cofitune.evaluate.task.TaskGroup;
import org.jspecify.annotations.Nullable;

/**
 * What the tasks of a model add up to, with draws (METHOD.md section 6).
 *
 * @param tasks the tasks of each group
 * @param groups each group's mean over its tasks
 * @param speciality S
 * @param versatility V
 * @param uni weighted mean of both
 */
record Totals(
    Map<TaskGroup, List<TaskScore>> tasks,
    Map<TaskGroup, Resampled> groups,
    @Nullable Resampled speciality,
    @Nullable Resampled versatility,
    @Nullable Resampled uni) {

  static Totals of(List<TaskScore> scores, double specialityWeight) {
    if (!(specialityWeight >= 0 && specialityWeight <= 1)) {
      throw new IllegalArgumentException("weight " + specialityWeight);
    }
    Map<TaskGroup, List<TaskScore>> tasks = new EnumMap<>(TaskGroup.class);
    for (TaskScore task : scores) {
      tasks.computeIfAbsent(task.group(), group -> new ArrayList<>()).add(task);
    }
    Map<TaskGroup, Resampled> groups = new EnumMap<>(TaskGroup.class);
    tasks.forEach(
        (group, list) ->
            groups.put(group, Resampled.mean(list.stream().map(TaskScore::resampled).toList())));
    List<Resampled> versatile =
        groups.entrySet().stream()
            .filter(entry -> entry.getKey().isVersatility())
            .map(Map.Entry::getValue)
            .toList();
    Resampled speciality = groups.get(TaskGroup.SPECIALITY);
    Resampled versatility = versatile.isEmpty() ? null : Resampled.mean(versatile);
    Resampled uni =
        speciality == null || versatility == null
            ? null
            : speciality.with(
                versatility, (s, v) -> specialityWeight * s + (1 - specialityWeight) * v);
    return new Totals(tasks, groups, speciality, versatility, uni);
  }

  List<GroupScore> groupScores() {
    List<GroupScore> scores = new ArrayList<>();
    groups.forEach(
        (group, score) ->
            scores.add(
                new GroupScore(
                    group,
                    score.measure(),
                    tasks.getOrDefault(group, List.of()).stream().map(TaskScore::task).toList())));
    return scores;
  }

  static @Nullable Measure measure(@Nullable Resampled number) {
    return number == null ? null : number.measure();
  }
}
